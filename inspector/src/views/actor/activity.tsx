import type { Observed } from 'espalier/client';
import { stateText } from '../../model/condition.js';
import { timeOfDay } from '../../parts/format.js';
import { Section } from '../../parts/panel.js';

const SHOWN = 12;

/** What a machine does while somebody looks, the latest first: never journalled. */
export function Activity({ items }: { readonly items: readonly Observed[] }) {
  if (items.length === 0) return null;
  return (
    <Section title="Activity" aside="while you look">
      <ol class="events-short">
        {items
          .slice(-SHOWN)
          .reverse()
          .map(({ at, kind, event, state }, index) => (
            <li key={index}>
              <time>{timeOfDay(at)}</time> <code>{event?.type ?? kind}</code>{' '}
              {state !== null && <span class="aside">{stateText(state)}</span>}
            </li>
          ))}
      </ol>
    </Section>
  );
}
