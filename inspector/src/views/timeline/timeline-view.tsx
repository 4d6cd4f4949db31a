import { useSignal } from '@preact/signals';
import type { TimelineFilter, WireEvent } from 'espalier/client';
import { useMemo } from 'preact/hooks';
import { eventCondition, eventText, NOUNS } from '../../model/event.js';
import { Empty } from '../../parts/empty.js';
import { Chip, FilterBar, toggled } from '../../parts/filter-bar.js';
import { timeOfDay } from '../../parts/format.js';
import { type Column, Grid, type GridRow } from '../../parts/grid.js';
import { Mark } from '../../parts/mark.js';
import { Split } from '../../parts/split.js';
import { go, refine, route } from '../../state/place.js';
import { useLate } from '../../state/use-late.js';
import { useLive } from '../../state/use-live.js';
import { EventPanel } from './event-panel.js';

const COLUMNS: readonly Column[] = [
  { id: 'time', title: 'Time' },
  { id: 'type', title: 'Event' },
  { id: 'path', title: 'Actor' },
  { id: 'text', title: 'What it says' },
  { id: 'seq', title: 'Seq', isNumber: true },
];

/** How long the search waits for the next letter, in milliseconds: the server is asked anew for each filter. */
const TYPING_MS = 200;
const FIRST_EVENTS = 500;

/** What happened, the newest on top, narrowed by words, by type and by actor. */
export function TimelineView() {
  const { types, path } = route.value;
  const text = useLate(route.value.find, TYPING_MS);
  const filter: TimelineFilter = {
    ...(types.length > 0 && { types: types.map((noun) => `${noun}.*`) }),
    ...(path !== '' && { path }),
    ...(text !== '' && { text }),
  };
  return <Events key={JSON.stringify(filter)} filter={filter} />;
}

/** Scrolled down, the list stands still and counts what came. */
function Events({ filter }: { readonly filter: TimelineFilter }) {
  const { at } = route.value;
  const state = useLive({ type: 'timeline', last: FIRST_EVENTS, filter });
  const { events, newer, onScroll } = useHeld(state.events);
  const bySeq = useMemo(() => new Map(events.map((event) => [String(event.seq), event])), [events]);
  const keys = useMemo(() => [...bySeq.keys()].reverse(), [bySeq]);
  const isNarrowed = Object.keys(filter).length > 0;
  return (
    <Split panel={at === null ? null : <EventPanel key={at} seq={at} event={bySeq.get(at)} />}>
      <Filters />
      {newer > 0 && <Newer count={newer} />}
      {state.ready && keys.length === 0 ? (
        <Empty title="No events">{isNarrowed ? 'Esc clears the filters.' : 'Nothing has happened yet.'}</Empty>
      ) : (
        <Grid
          label="Events, the newest first"
          kind="timeline"
          columns={COLUMNS}
          keys={keys}
          row={(seq) => eventRow(bySeq.get(seq))}
          opened={at}
          open={(seq) => go({ at: seq })}
          onScroll={onScroll}
        />
      )}
    </Split>
  );
}

function Filters() {
  const { path } = route.value;
  return (
    <FilterBar hint="Find events: type, path, data">
      <TypeChips />
      {path !== '' && (
        <Chip isOn toggle={() => refine({ path: '' })}>
          {path} and below <span aria-hidden="true">×</span>
        </Chip>
      )}
    </FilterBar>
  );
}

/** Freezes a list while somebody reads further down. */
function useHeld(live: readonly WireEvent[]) {
  const held = useSignal<readonly WireEvent[] | null>(null);
  const events = held.value ?? live;
  const newest = events.at(-1)?.seq ?? 0;
  const onScroll = (top: number) => {
    if (top <= 0) held.value = null;
    else held.value ??= live;
  };
  const newer = held.value === null ? 0 : live.filter(({ seq }) => seq > newest).length;
  return { events, newer, onScroll };
}

function Newer({ count }: { readonly count: number }) {
  const top = () => document.querySelector('.grid-timeline')?.scrollTo({ top: 0 });
  return (
    <button type="button" class="newer" onClick={top}>
      {count.toLocaleString('en')} newer ↑
    </button>
  );
}

function TypeChips() {
  const { types } = route.value;
  return (
    <fieldset class="chips">
      <legend class="unseen">Show only events of</legend>
      {NOUNS.map((noun) => (
        <Chip key={noun} isOn={types.includes(noun)} toggle={() => refine({ types: toggled(types, noun) })}>
          {noun}
        </Chip>
      ))}
    </fieldset>
  );
}

function eventRow(event: WireEvent | undefined): GridRow {
  if (!event) return { cells: [] };
  const { at, type, path, incarnation, seq } = event;
  const condition = eventCondition(event);
  const text = eventText(event);
  return {
    mark: String(seq),
    class: `is-${condition}`,
    cells: [
      timeOfDay(at),
      <span key="type" class="state">
        <Mark condition={condition} /> <span class={`tone-${condition}`}>{type}</span>
      </span>,
      path === null ? '' : `${path}${incarnation === null ? '' : ` #${incarnation}`}`,
      <span key="text" title={text}>
        {text}
      </span>,
      seq,
    ],
  };
}
