import type { JobDetail, JobInfo, JobRelative } from 'espalier/client';
import { hasEnded, JOB_CONDITIONS, wordOf } from '../../model/job.js';
import { Actions } from '../../parts/actions.js';
import { Empty } from '../../parts/empty.js';
import { ago, duration } from '../../parts/format.js';
import { Json } from '../../parts/json.js';
import { Mark } from '../../parts/mark.js';
import { NotYet } from '../../parts/not-yet.js';
import { Facts, Panel, Section } from '../../parts/panel.js';
import { Why } from '../../parts/why.js';
import type { Request } from '../../state/control.js';
import { linkTo } from '../../state/route.js';
import { now } from '../../state/tree.js';
import { useLive } from '../../state/use-live.js';
import { Family } from './family.js';
import { JobOutput } from './job-output.js';
import { JobTime } from './job-time.js';
import { Questions } from './questions.js';

/** A job: how it stands and why, its questions, its time, what it wrote, and its family. */
export function JobPanel({ job }: { readonly job: string }) {
  const state = useLive({ type: 'job', job });
  const detail = state.job;
  if (!detail) {
    return (
      <Panel label={`Job ${job}`} title={<h2>{job}</h2>}>
        {state.ready ? <Empty title="No such job">There is no job {job} in this store.</Empty> : <NotYet />}
      </Panel>
    );
  }
  const { info } = detail;
  const condition = JOB_CONDITIONS[info.state];
  const again = `${info.state} ${info.attempts} ${info.parked?.reason} ${info.asks.length}`;
  return (
    <Panel label={`Job ${job}`} title={<Title info={info} />} actions={<Actions requests={requestsFor(info)} />}>
      <p class={`lead tone-${condition}`}>
        <Mark condition={condition} /> <b>{wordOf(info.state)}</b>
        {info.wanted !== null && <span class="lead-problem">wanted to end: {info.wanted.wish}</span>}
        {info.error !== null && <span class="lead-problem">{info.error}</span>}
      </p>
      <Questions job={job} questions={detail.questions} canAnswer={!hasEnded(info.state)} />
      <Why target={job} again={again} />
      <JobFacts detail={detail} />
      <JobTime detail={detail} again={again} />
      <Values detail={detail} />
      {info.method === null && info.attempts > 0 && <JobOutput info={info} />}
      <Family job={job} again={`${info.state} ${detail.children.length}`} />
    </Panel>
  );
}

function Title({ info: { job, method, queue } }: { readonly info: JobInfo }) {
  return (
    <>
      <h2>{method ?? job}</h2>
      <p class="panel-sub">
        {method !== null && (
          <>
            <code>{job}</code> ·{' '}
          </>
        )}
        <a href={linkTo({ view: 'jobs', find: `queue:${queue}` })}>{queue}</a> ·{' '}
        <a href={linkTo({ view: 'timeline', find: job })}>timeline</a> ·{' '}
        <a href={linkTo({ view: 'processes', find: job })}>processes</a>
      </p>
    </>
  );
}

function JobFacts({ detail }: { readonly detail: JobDetail }) {
  const { info, progress, limits, mostAttempts, timeoutMs, used, budgets, after, awaits } = detail;
  const { submittedAt, endedAt, key, priority, deadline, notBefore, retryOf, parent } = info;
  return (
    <Facts
      facts={[
        ['Submitted', ago(submittedAt, now.value)],
        ['Ended', endedAt !== null && ago(endedAt, now.value)],
        ['Key', key],
        ['Priority', priority],
        ['Attempts', `${info.attempts} of ${mostAttempts} that may end by themselves`],
        ['Timeout', timeoutMs !== null && duration(timeoutMs)],
        ['Not before', notBefore !== null && dateOf(notBefore)],
        ['Deadline', deadline !== null && dateOf(deadline)],
        ['Progress', progress && progressText(progress)],
        ['Limits', limits.join(', ')],
        ['Used', amounts(used)],
        ['Budget', budgets.map(({ unit, most, spent }) => `${spent} of ${most} ${unit}`).join(', ')],
        ['Retry of', retryOf && <JobLink job={retryOf} />],
        ['Parent', parent && <JobLink job={parent} />],
        ['After', after.length > 0 && <Relatives jobs={after} />],
        ['Waits for', awaits.length > 0 && <Relatives jobs={awaits} />],
      ].flatMap(([name, value]) => (value === false ? [] : [[String(name), value] as const]))}
    />
  );
}

function dateOf(at: number): string {
  return new Date(at).toLocaleString('en-GB');
}

function progressText({ done, total, note }: NonNullable<JobDetail['progress']>): string {
  return `${done}${total === null ? '' : ` of ${total}`}${note === null ? '' : `: ${note}`}`;
}

function amounts(used: Readonly<Record<string, number>>): string {
  return Object.entries(used)
    .map(([unit, amount]) => `${amount} ${unit}`)
    .join(', ');
}

function JobLink({ job }: { readonly job: string }) {
  return <a href={linkTo({ view: 'jobs', at: job })}>{job}</a>;
}

/** How many are named. */
const NAMED = 8;

function Relatives({ jobs }: { readonly jobs: readonly JobRelative[] }) {
  return (
    <>
      {jobs.slice(0, NAMED).map(({ job, state }) => (
        <span key={job} class="relative">
          <Mark condition={JOB_CONDITIONS[state]} label={wordOf(state)} /> <JobLink job={job} />
        </span>
      ))}
      {jobs.length > NAMED && <span class="quiet">{jobs.length - NAMED} more</span>}
    </>
  );
}

function Values({ detail: { input, result, checkpoint, info } }: { readonly detail: JobDetail }) {
  const values = [
    ['Input', input],
    ['Result', result],
    ['Checkpoint', checkpoint],
    ['Meta', info.meta],
  ] as const;
  return (
    <>
      {values
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([title, value]) => (
          <Section key={title} title={title}>
            <Json value={value} />
          </Section>
        ))}
    </>
  );
}

function requestsFor({ job, state, wanted }: JobInfo): readonly Request[] {
  if (hasEnded(state)) {
    const text = 'The same work is submitted as a new job. This one stays as it is.';
    return [{ verb: 'Retry', title: `Retry ${job}`, text, control: { type: 'job.retry', job } }];
  }
  if (wanted?.wish === 'cancel') return [];
  const text = 'What runs of it is ended, with all that it started. It is not started again.';
  return [{ verb: 'Cancel job', title: `Cancel ${job}`, text, control: { type: 'job.cancel', job } }];
}
