import type { ProcessInfo } from 'espalier/client';
import { type Condition, conditionOf } from '../../model/condition.js';
import { ConditionChips } from '../../parts/condition-chips.js';
import { Empty } from '../../parts/empty.js';
import { FilterBar } from '../../parts/filter-bar.js';
import { ago, bytes, exitText, percent } from '../../parts/format.js';
import { type Column, Grid, type GridRow } from '../../parts/grid.js';
import { Mark } from '../../parts/mark.js';
import { Split } from '../../parts/split.js';
import { go, route } from '../../state/place.js';
import { gauges, now } from '../../state/tree.js';
import { useLive } from '../../state/use-live.js';
import { ProcessPanel } from './process-panel.js';

const COLUMNS: readonly Column[] = [
  { id: 'pid', title: 'PID', isNumber: true },
  { id: 'process', title: 'State' },
  { id: 'path', title: 'Actor' },
  { id: 'command', title: 'Command' },
  { id: 'cpu', title: 'CPU', isNumber: true },
  { id: 'memory', title: 'Memory', isNumber: true },
  { id: 'begun', title: 'Changed', isNumber: true },
];

/** What is suspect comes first, then what lives, then what is gone; within each, the newest. */
const RANK = { suspect: 0, live: 1, intent: 2, gone: 3 } satisfies Record<ProcessInfo['state'], number>;

/** The operating-system processes, as they are registered. */
export function ProcessesView() {
  const { find, show, at } = route.value;
  const { processes, ready } = useLive({ type: 'processes' });
  const all = [...processes.values()];
  const words = find.toLowerCase().split(/\s+/);
  const shown = all
    .filter((one) => show.length === 0 || show.includes(conditionOf(one.state)))
    .filter((one) => words.every((word) => textOf(one).includes(word)))
    .sort((a, b) => RANK[a.state] - RANK[b.state] || b.at - a.at);
  const keys = shown.map(({ id }) => id);
  const found = at === null ? undefined : processes.get(at);
  return (
    <Split panel={at === null ? null : <ProcessPanel key={at} id={at} process={found} isKnown={ready} />}>
      <FilterBar hint="Find processes: pid, path, command">
        <ConditionChips counts={counted(all)} />
      </FilterBar>
      {ready && keys.length === 0 ? (
        <Empty title={all.length === 0 ? 'No processes' : 'Nothing fits'}>
          {all.length === 0 ? 'None has been started yet.' : 'Esc clears the search.'}
        </Empty>
      ) : (
        <Grid
          label="Processes"
          kind="processes"
          columns={COLUMNS}
          keys={keys}
          row={(id) => processRow(processes.get(id))}
          opened={at}
          open={(id) => go({ at: id })}
        />
      )}
    </Split>
  );
}

function textOf({ pid, path, command, job, state, id }: ProcessInfo): string {
  return `${pid ?? ''} ${path} ${command.join(' ')} ${job ?? ''} ${state} ${id}`.toLowerCase();
}

function counted(all: readonly ProcessInfo[]): ReadonlyMap<Condition, number> {
  const counts = new Map<Condition, number>();
  for (const { state } of all) counts.set(conditionOf(state), (counts.get(conditionOf(state)) ?? 0) + 1);
  return counts;
}

function processRow(process: ProcessInfo | undefined): GridRow {
  if (!process) return { cells: [] };
  const { pid, state, path, command, job, exit, at } = process;
  const condition = conditionOf(state);
  const measured = state === 'live' ? gauges.value.gauges?.actors[path] : undefined;
  return {
    class: `is-${condition}`,
    cells: [
      pid ?? '',
      <span key="state" class="state">
        <Mark condition={condition} /> <span class={`tone-${condition}`}>{state}</span>{' '}
        {exit && <span class="problem">{exitText(exit)}</span>}
      </span>,
      path,
      command.length > 0 ? command.join(' ') : (job ?? ''),
      measured?.cpu === undefined ? '' : percent(measured.cpu),
      measured?.rss === undefined ? '' : bytes(measured.rss),
      ago(at, now.value),
    ],
  };
}
