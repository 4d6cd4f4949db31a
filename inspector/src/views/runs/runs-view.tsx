import type { RunInfo } from 'espalier/client';
import { conditionOf } from '../../model/condition.js';
import { parseSlot } from '../../model/slot.js';
import { Empty } from '../../parts/empty.js';
import { FilterBar } from '../../parts/filter-bar.js';
import { ago } from '../../parts/format.js';
import { type Column, Grid, type GridRow } from '../../parts/grid.js';
import { Mark } from '../../parts/mark.js';
import { Split } from '../../parts/split.js';
import { go, route } from '../../state/place.js';
import { now } from '../../state/tree.js';
import { useLive } from '../../state/use-live.js';
import { Progress } from './progress.js';
import { RunPanel } from './run-panel.js';
import { SlotPanel } from './slot-panel.js';

const COLUMNS: readonly Column[] = [
  { id: 'name', title: 'Run' },
  { id: 'status', title: 'Status' },
  { id: 'progress', title: 'Committed' },
  { id: 'count', title: 'Slots', isNumber: true },
  { id: 'pool', title: 'Pool' },
  { id: 'begun', title: 'Begun', isNumber: true },
];

/** The runs, the newest first. */
export function RunsView() {
  const { find, at } = route.value;
  const { runs, ready } = useLive({ type: 'runs' });
  const slot = at === null ? null : parseSlot(at);
  const words = find.toLowerCase();
  const fits = ({ run, name, status, pool }: RunInfo) =>
    `${run} ${name} ${status} ${pool}`.toLowerCase().includes(words);
  const keys = [...runs.values()]
    .filter(fits)
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(({ run }) => run);
  return (
    <Split panel={at === null ? null : slot ? <SlotPanel key={at} slot={slot} /> : <RunPanel key={at} run={at} />}>
      <FilterBar hint="Find runs: name, id, status, pool" />
      {ready && keys.length === 0 ? (
        <Empty title={find === '' ? 'No runs' : 'Nothing fits'}>
          {find === '' ? 'system.runs.start() and espalier run make some.' : 'Esc clears the search.'}
        </Empty>
      ) : (
        <Grid
          label="Runs"
          kind="runs"
          columns={COLUMNS}
          keys={keys}
          row={(run) => runRow(runs.get(run))}
          opened={slot?.run ?? at}
          open={(run) => go({ at: run })}
        />
      )}
    </Split>
  );
}

function runRow(info: RunInfo | undefined): GridRow {
  if (!info) return { cells: [] };
  const { run, name, status, pool, total, committed, createdAt } = info;
  const condition = conditionOf(status);
  const bad = info.counts.failed + info.counts.timed_out;
  return {
    class: `is-${condition}`,
    cells: [
      <span key="name" class="actor-name">
        <span class="name">{name ?? run}</span> {name !== null && <span class="role">{run}</span>}
      </span>,
      <span key="status" class="state">
        <Mark condition={condition} /> <span class={`tone-${condition}`}>{status}</span>
        {bad > 0 && <span class="tone-failed"> · {bad} failed</span>}
      </span>,
      <Progress key="progress" info={info} />,
      `${committed} / ${total}`,
      pool,
      ago(createdAt, now.value),
    ],
  };
}
