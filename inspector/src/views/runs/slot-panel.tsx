import type { RunInfo } from 'espalier/client';
import { conditionOf } from '../../model/condition.js';
import { type SlotName, slotName, standing, standingText } from '../../model/slot.js';
import { Empty } from '../../parts/empty.js';
import { duration } from '../../parts/format.js';
import { Mark } from '../../parts/mark.js';
import { NotYet } from '../../parts/not-yet.js';
import { Facts, Panel } from '../../parts/panel.js';
import { linkTo } from '../../state/route.js';
import { useAnswer, useLive } from '../../state/use-live.js';
import { SlotStory } from './slot-story.js';

/** One slot of a run, committed or not. */
export function SlotPanel({ slot }: { readonly slot: SlotName }) {
  const { run, index } = slot;
  const state = useLive({ type: 'run', run });
  const inWindow = state.run?.window.find((one) => one.index === index);
  const isCommitted = inWindow === undefined || inWindow.stage === 'committed';
  // Once it is known to be committed: what was answered before that may have been too early for its row.
  const again = state.run ? isCommitted : null;
  const reply = useAnswer({ type: 'rows', run, from: index, limit: 1 }, again);
  const name = slotName(slot);
  if (!state.run || index >= state.run.info.total) {
    return (
      <Panel label={`Slot ${name}`} title={<h2>{name}</h2>}>
        {state.ready ? <Empty title="No such slot">There is no slot {name} in this store.</Empty> : <NotYet />}
      </Panel>
    );
  }
  const row = reply?.ok ? reply.answer.rows.find((one) => one.index === index) : undefined;
  const word = standing(row, inWindow);
  const { method } = state.run.info;
  return (
    <Panel label={`Slot ${name}`} title={<Title slot={slot} info={state.run.info} />}>
      {word !== null && (
        <p class={`lead tone-${conditionOf(word)}`}>
          <Mark condition={conditionOf(word)} /> <b>{standingText(word)}</b>
          {row?.error && <span class="lead-problem">{row.error}</span>}
        </p>
      )}
      <Facts
        facts={[
          ['Input', row && <code>{row.input}</code>],
          ['Calls', method && <code>{method}</code>],
          ['Result', row?.result && <code>{row.result}</code>],
          ['Attempts', row?.attempts],
          ['Took', row && duration(row.durationMs)],
        ]}
      />
      <SlotStory slot={slot} hasOutput={method === null} again={word} />
    </Panel>
  );
}

function Title({ slot: { run, index }, info }: { readonly slot: SlotName; readonly info: RunInfo }) {
  // A call has no process of its own: those of its workers are its pool's.
  const processes = info.method === null ? slotName({ run, index }) : info.pool;
  return (
    <>
      <h2>Slot {index}</h2>
      <p class="panel-sub">
        of <a href={linkTo({ view: 'runs', at: run })}>{info.name ?? run}</a> ·{' '}
        <a href={linkTo({ view: 'timeline', find: slotName({ run, index }) })}>timeline</a> ·{' '}
        <a href={linkTo({ view: 'processes', find: processes })}>processes</a>
      </p>
    </>
  );
}
