import { useSignal } from '@preact/signals';
import type { OccurrenceInfo, ScheduleDetail, ScheduleInfo } from 'espalier/client';
import { JOB_CONDITIONS, wordOf } from '../../model/job.js';
import { dateText, SCHEDULE_CONDITIONS, skippedText, timingText } from '../../model/schedule.js';
import { Actions } from '../../parts/actions.js';
import { Empty } from '../../parts/empty.js';
import { duration, nextText } from '../../parts/format.js';
import { Json } from '../../parts/json.js';
import { Mark } from '../../parts/mark.js';
import { NotYet } from '../../parts/not-yet.js';
import { Facts, Panel, Section } from '../../parts/panel.js';
import type { Request } from '../../state/control.js';
import { linkTo } from '../../state/route.js';
import { now } from '../../state/tree.js';
import { useAnswer, useLive } from '../../state/use-live.js';

/** A schedule: when it comes, what it makes, and what became of its instants. */
export function SchedulePanel({ name }: { readonly name: string }) {
  const { schedule, ready } = useLive({ type: 'schedule', name });
  if (!schedule) {
    return (
      <Panel label={`Schedule ${name}`} title={<h2>{name}</h2>}>
        {ready ? <Empty title="No such schedule">There is no schedule {name} in this store.</Empty> : <NotYet />}
      </Panel>
    );
  }
  const { info, input } = schedule;
  const condition = SCHEDULE_CONDITIONS[info.state];
  return (
    <Panel label={`Schedule ${name}`} title={<Title info={info} />} actions={<Actions requests={requestsFor(info)} />}>
      <p class={`lead tone-${condition}`}>
        <Mark condition={condition} /> <b>{info.state}</b>
      </p>
      <Facts
        facts={[
          ['When', timingText(info)],
          ['Next', info.nextAt !== null && `${dateText(info.nextAt)}, ${nextText(info.nextAt, now.value)}`],
          ['Missed ones', `catch up: ${info.catchUp}`],
          ['While one runs', info.overlap],
          ['Up to late', info.jitterMs > 0 && duration(info.jitterMs)],
          ['Calls', info.method && <code>{info.method}</code>],
        ].flatMap(([title, value]) => (value === false ? [] : [[String(title), value] as const]))}
      />
      {input !== null && (
        <Section title="Input">
          <Json value={input} />
        </Section>
      )}
      <History name={name} schedule={schedule} />
    </Panel>
  );
}

function Title({ info: { name, queue } }: { readonly info: ScheduleInfo }) {
  return (
    <>
      <h2>{name}</h2>
      <p class="panel-sub">
        <a href={linkTo({ view: 'jobs', find: `queue:${queue}` })}>{queue}</a> ·{' '}
        <a href={linkTo({ view: 'timeline', find: name })}>timeline</a>
      </p>
    </>
  );
}

/** Occurrences of an older page. */
const PAGE = 100;

function History({ name, schedule: { occurrences } }: { readonly name: string; readonly schedule: ScheduleDetail }) {
  const before = useSignal<number | null>(null);
  return (
    <Section title="History" aside="the newest first">
      {before.value === null ? (
        <Occurrences occurrences={occurrences} />
      ) : (
        <OlderOccurrences name={name} before={before.value} older={(at) => (before.value = at)} />
      )}
      {before.value === null && occurrences.length >= PAGE && (
        <button
          type="button"
          class="button"
          onClick={() => {
            before.value = occurrences.at(-1)?.at ?? null;
          }}
        >
          Older
        </button>
      )}
      {before.value !== null && (
        <button
          type="button"
          class="button"
          onClick={() => {
            before.value = null;
          }}
        >
          Newest
        </button>
      )}
    </Section>
  );
}

function OlderOccurrences(props: { readonly name: string; readonly before: number; older(at: number): void }) {
  const { name, before, older } = props;
  const reply = useAnswer({ type: 'occurrences', name, before, limit: PAGE }, null);
  if (!reply) return null;
  if (!reply.ok) return <p class="quiet">{reply.message}</p>;
  const { occurrences } = reply.answer;
  const last = occurrences.at(-1);
  return (
    <>
      <Occurrences occurrences={occurrences} />
      {last && occurrences.length >= PAGE && (
        <button type="button" class="button" onClick={() => older(last.at)}>
          Older
        </button>
      )}
    </>
  );
}

function Occurrences({ occurrences }: { readonly occurrences: readonly OccurrenceInfo[] }) {
  if (occurrences.length === 0) return <p class="quiet">Nothing is known of its instants yet.</p>;
  return (
    <ul class="family">
      {occurrences.map((one) => (
        <li key={`${one.at} ${one.job} ${one.since}`}>
          <time>{dateText(one.at)}</time> {one.byHand && <span class="aside">by hand · </span>}
          <Outcome occurrence={one} />
        </li>
      ))}
    </ul>
  );
}

function Outcome({ occurrence }: { readonly occurrence: OccurrenceInfo }) {
  const { job, jobState } = occurrence;
  if (job === null) return <span class="quiet">{skippedText(occurrence)}</span>;
  if (jobState === null) return <span class="quiet">its job is not kept any more</span>;
  return (
    <>
      <Mark condition={JOB_CONDITIONS[jobState]} /> <a href={linkTo({ view: 'jobs', at: job })}>{wordOf(jobState)}</a>
    </>
  );
}

function requestsFor({ name, state }: ScheduleInfo): readonly Request[] {
  if (state === 'active') {
    const text = 'Its instants are skipped until it is resumed.';
    return [{ verb: 'Pause', title: `Pause schedule ${name}`, text, control: { type: 'schedule.pause', name } }];
  }
  if (state !== 'paused') return [];
  const text = 'What passed meanwhile is not made.';
  return [{ verb: 'Resume', title: `Resume schedule ${name}`, text, control: { type: 'schedule.resume', name } }];
}
