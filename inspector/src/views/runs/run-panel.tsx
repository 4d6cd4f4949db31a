import type { RunDetail, RunInfo } from 'espalier/client';
import { conditionOf } from '../../model/condition.js';
import { Actions } from '../../parts/actions.js';
import { Empty } from '../../parts/empty.js';
import { ago } from '../../parts/format.js';
import { Mark } from '../../parts/mark.js';
import { NotYet } from '../../parts/not-yet.js';
import { Facts, Panel, Section } from '../../parts/panel.js';
import { PathLink } from '../../parts/path-link.js';
import { Why } from '../../parts/why.js';
import type { Request } from '../../state/control.js';
import { linkTo } from '../../state/route.js';
import { now } from '../../state/tree.js';
import { useLive } from '../../state/use-live.js';
import { CommitStrip, StripLegend } from './commit-strip.js';
import { Progress } from './progress.js';
import { Rows } from './rows.js';

/** A run: how far it is, the order of its commits, and its newest rows. */
export function RunPanel({ run }: { readonly run: string }) {
  const state = useLive({ type: 'run', run });
  if (!state.run) {
    return (
      <Panel label={`Run ${run}`} title={<h2>{run}</h2>}>
        {state.ready ? <Empty title="No such run">There is no run {run} in this store.</Empty> : <NotYet />}
      </Panel>
    );
  }
  const { info, rows } = state.run;
  const condition = conditionOf(info.status);
  return (
    <Panel label={`Run ${run}`} title={<Title info={info} />} actions={<Actions requests={requestsFor(info)} />}>
      <p class={`lead tone-${condition}`}>
        <Mark condition={condition} /> <b>{info.status}</b>
        {info.wish !== null && <span class="lead-problem">asked to {info.wish}</span>}
      </p>
      <Why target={run} again={`${info.status} ${info.wish}`} />
      <RunFacts detail={state.run} />
      <Section title="Order of commits" aside={`${info.committed} of ${info.total}`}>
        <Progress info={info} />
        <CommitStrip run={state.run} />
        <StripLegend />
      </Section>
      <Rows info={info} rows={rows} />
    </Panel>
  );
}

function Title({ info: { run, name } }: { readonly info: RunInfo }) {
  return (
    <>
      <h2>{name ?? run}</h2>
      <p class="panel-sub">
        {name !== null && (
          <>
            <code>{run}</code> ·{' '}
          </>
        )}
        <a href={linkTo({ view: 'tree', at: `/espalier/runs/${run}` })}>coordinator</a> ·{' '}
        <a href={linkTo({ view: 'timeline', find: run })}>timeline</a>
      </p>
    </>
  );
}

function RunFacts({ detail: { info, inFlight, waiting, frontier } }: { readonly detail: RunDetail }) {
  const { pool, method, concurrency, reorderWindow, createdAt, updatedAt, owner } = info;
  return (
    <Facts
      facts={[
        ['Begun', ago(createdAt, now.value)],
        ['Changed', ago(updatedAt, now.value)],
        ['Pool', <PathLink key="pool" path={pool} />],
        ['Calls', method && <code>{method}</code>],
        ['Cursor', frontier],
        ['Running', `${inFlight} of ${concurrency}`],
        ['Waiting', waiting],
        ['Window', reorderWindow],
        ['Host', owner],
      ]}
    />
  );
}

function requestsFor({ run, status, name }: RunInfo): readonly Request[] {
  const called = name ?? run;
  const pause: Request = {
    verb: 'Pause',
    title: `Pause ${called}`,
    text: 'What runs is awaited; nothing more is started. It can be resumed.',
    control: { type: 'run.pause', run },
  };
  const resume: Request = {
    verb: 'Resume',
    title: `Resume ${called}`,
    text: 'It goes on where it was.',
    control: { type: 'run.resume', run },
  };
  const stop: Request = {
    verb: 'Stop',
    title: `Stop ${called}`,
    text: 'What runs is stopped and queued again. It can be continued later.',
    control: { type: 'run.stop', run },
  };
  if (status === 'running') return [pause, stop];
  return status === 'paused' ? [resume, stop] : [];
}
