import type { RunDetail, WindowSlot } from 'espalier/client';
import { slotName, standingText } from '../../model/slot.js';
import { linkTo } from '../../state/route.js';

/** How many slots before the cursor are drawn, so that it is seen to move. */
const BEHIND = 8;
const CELL = 18;
const GAP = 3;
const TOP = 26;
const MOST = 160;
/** What the label of the cursor needs beside it. */
const LABEL = 110;

/**
 * The order of commits, drawn: rows before the cursor are committed; from it on the reorder window reaches as far as slots
 * may start. What is finished there waits, hatched, for the slot at the cursor.
 */
export function CommitStrip({ run }: { readonly run: RunDetail }) {
  const { frontier, info, window, rows, waiting, inFlight } = run;
  const behind = rows.filter(({ index }) => index < frontier).slice(-BEHIND);
  const before: WindowSlot[] = behind.map(({ index, status }) => ({ index, status, stage: 'committed' }));
  const slots = [...before, ...window.slice(0, MOST)];
  const x = (at: number) => at * (CELL + GAP);
  const cursor = x(before.length) - GAP / 2;
  const reach = Math.min(slots.length, before.length + Math.min(info.reorderWindow, window.length));
  const said = `Commit cursor at slot ${frontier} of ${info.total}; ${inFlight} running, ${waiting} finished and waiting for it.`;
  return (
    <figure class="strip">
      <div class="strip-scroll" tabIndex={0} role="group" aria-label="Slots around the commit cursor">
        <svg
          width={Math.max(x(slots.length) + CELL, cursor + LABEL)}
          height={TOP + CELL + 24}
          role="group"
          aria-label={said}
        >
          <Hatch />
          {slots.map((slot, at) => (
            <SlotLink key={slot.index} run={info.run} slot={slot} x={x(at)} />
          ))}
          {window.length > 0 && (
            <>
              <path class="strip-window" d={`M${cursor} ${TOP + CELL + 4}v5H${x(reach) - GAP / 2}v-5`} />
              <text class="strip-label" x={cursor + 4} y={TOP + CELL + 20}>
                reorder window of {info.reorderWindow}
              </text>
            </>
          )}
          <path class="strip-cursor" d={`M${cursor} 14V${TOP + CELL + 4}`} />
          <text
            class="strip-label is-cursor"
            x={cursor + 4}
            y="11"
            text-anchor={before.length > 6 ? 'middle' : 'start'}
          >
            {window.length > 0 ? `commits next: ${frontier}` : 'all committed'}
          </text>
        </svg>
      </div>
      <figcaption>{said}</figcaption>
    </figure>
  );
}

/** What has begun has a story. */
function SlotLink({ run, slot, x }: { readonly run: string; readonly slot: WindowSlot; readonly x: number }) {
  if (slot.stage === 'pending') return <Slot slot={slot} x={x} />;
  const { index } = slot;
  return (
    <a href={linkTo({ view: 'runs', at: slotName({ run, index }) })} aria-label={slotText(slot)}>
      <Slot slot={slot} x={x} />
    </a>
  );
}

function slotText({ index, stage, status }: WindowSlot): string {
  return `slot ${index}: ${status === null ? stage : `${stage}, ${standingText(status)}`}`;
}

function Slot({ slot, x }: { readonly slot: WindowSlot; readonly x: number }) {
  const { stage, status } = slot;
  return (
    <g class={`strip-slot is-${stage} ${status === null ? '' : `is-${status}`}`}>
      <title>{slotText(slot)}</title>
      <rect x={x} y={TOP} width={CELL} height={CELL} rx="3" />
      {stage === 'finished' && <rect x={x} y={TOP} width={CELL} height={CELL} rx="3" class="hatch" />}
      {status !== null && status !== 'succeeded' && (
        <path class="strip-cross" d={`M${x + 5} ${TOP + 5}l8 8m0-8l-8 8`} />
      )}
      {stage === 'running' && <circle cx={x + CELL / 2} cy={TOP + CELL / 2} r="3.5" class="strip-dot" />}
    </g>
  );
}

function Hatch() {
  return (
    <defs>
      <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path d="M0 0V5" class="hatch-line" />
      </pattern>
    </defs>
  );
}

/** What the strip's cells mean. */
export function StripLegend() {
  const example: readonly WindowSlot[] = [
    { index: -1, stage: 'committed', status: 'succeeded' },
    { index: -2, stage: 'committed', status: 'failed' },
    { index: -3, stage: 'finished', status: 'succeeded' },
    { index: -4, stage: 'running', status: null },
    { index: -5, stage: 'pending', status: null },
  ];
  const words = ['committed', 'not succeeded', 'finished, waits', 'running', 'pending'];
  return (
    <ul class="legend">
      {example.map((slot, at) => (
        <li key={slot.index}>
          <svg viewBox={`-1 ${TOP - 1} ${CELL + 2} ${CELL + 2}`} aria-hidden="true">
            <Slot slot={slot} x={0} />
          </svg>
          {words[at]}
        </li>
      ))}
    </ul>
  );
}
