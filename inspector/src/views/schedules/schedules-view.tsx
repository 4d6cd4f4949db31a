import type { ScheduleInfo } from 'espalier/client';
import { dateText, SCHEDULE_CONDITIONS, skippedText, timingText } from '../../model/schedule.js';
import { Empty } from '../../parts/empty.js';
import { FilterBar } from '../../parts/filter-bar.js';
import { nextText } from '../../parts/format.js';
import { type Column, Grid, type GridRow } from '../../parts/grid.js';
import { Mark } from '../../parts/mark.js';
import { Split } from '../../parts/split.js';
import { go, route } from '../../state/place.js';
import { now } from '../../state/tree.js';
import { useLive } from '../../state/use-live.js';
import { SchedulePanel } from './schedule-panel.js';

const COLUMNS: readonly Column[] = [
  { id: 'name', title: 'Schedule' },
  { id: 'status', title: 'State' },
  { id: 'rule', title: 'When' },
  { id: 'next', title: 'Next' },
  { id: 'last', title: 'Last' },
  { id: 'does', title: 'Queue' },
];

/** The schedules, by their names. */
export function SchedulesView() {
  const { find, at } = route.value;
  const { schedules, ready } = useLive({ type: 'schedules' });
  const words = find.toLowerCase();
  const fits = ({ name, state, queue, method }: ScheduleInfo) =>
    `${name} ${state} ${queue} ${method}`.toLowerCase().includes(words);
  const byName = new Map(schedules.filter(fits).map((info) => [info.name, info]));
  return (
    <Split panel={at === null ? null : <SchedulePanel key={at} name={at} />}>
      <FilterBar hint="Find schedules: name, state, queue, method" />
      {ready && byName.size === 0 ? (
        <Empty title={find === '' ? 'No schedules' : 'Nothing fits'}>
          {find === '' ? 'system.schedules.set() makes one.' : 'Esc clears the search.'}
        </Empty>
      ) : (
        <Grid
          label="Schedules"
          kind="schedules"
          columns={COLUMNS}
          keys={[...byName.keys()]}
          row={(name) => scheduleRow(byName.get(name))}
          opened={at}
          open={(name) => go({ at: name })}
        />
      )}
    </Split>
  );
}

function scheduleRow(info: ScheduleInfo | undefined): GridRow {
  if (!info) return { cells: [] };
  const { name, state, nextAt, last, queue } = info;
  const condition = SCHEDULE_CONDITIONS[state];
  return {
    class: `is-${condition}`,
    cells: [
      <span key="name" class="name">
        {name}
      </span>,
      <span key="status" class="state">
        <Mark condition={condition} /> <span class={`tone-${condition}`}>{state}</span>
      </span>,
      timingText(info),
      nextAt === null ? '' : nextText(nextAt, now.value),
      last === null ? '' : last.skipped === null ? dateText(last.at) : skippedText(last),
      queue,
    ],
  };
}
