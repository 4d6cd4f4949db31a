import { useSignal } from '@preact/signals';
import type { RowInfo, RunInfo } from 'espalier/client';
import { conditionOf } from '../../model/condition.js';
import { standingText } from '../../model/slot.js';
import { duration, plural } from '../../parts/format.js';
import { Mark } from '../../parts/mark.js';
import { Section } from '../../parts/panel.js';
import { SlotStory } from './slot-story.js';

/** How many of the newest rows are listed. */
const SHOWN = 50;

/** The newest committed rows, the latest first; each opens to what its program wrote, or its call answered. */
export function Rows({ info, rows }: { readonly info: RunInfo; readonly rows: readonly RowInfo[] }) {
  if (rows.length === 0) return null;
  return (
    <Section title="Rows" aside="the newest first">
      {rows
        .slice(-SHOWN)
        .reverse()
        .map((row) => (
          <Row key={row.index} info={info} row={row} />
        ))}
    </Section>
  );
}

function Row({
  info: { run, method },
  row: { index, status, input, result, attempts, durationMs, error },
}: {
  readonly info: RunInfo;
  readonly row: RowInfo;
}) {
  const isOpen = useSignal(false);
  const condition = conditionOf(status);
  return (
    <details
      class="exit"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>
        <Mark condition={condition === 'gone' ? 'running' : condition} /> <b>{index}</b>{' '}
        <span class={condition === 'gone' ? '' : `tone-${condition}`}>{standingText(status)}</span>{' '}
        <span class="aside">
          {duration(durationMs)}
          {attempts > 1 && ` · ${plural(attempts, 'attempt')}`} {error !== null && `· ${error}`}
        </span>
      </summary>
      <p class="reason">
        <code>{input}</code>
        {result !== null && (
          <>
            {' → '}
            <code>{result}</code>
          </>
        )}
      </p>
      {isOpen.value && <SlotStory slot={{ run, index }} hasOutput={method === null} again={null} />}
    </details>
  );
}
