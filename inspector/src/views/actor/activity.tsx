import type { Observed } from 'espalier/client';
import { stateText } from '../../model/condition.js';
import { timeOfDay } from '../../parts/format.js';
import { Section } from '../../parts/panel.js';

const SHOWN = 12;

/** XState's names of timers, as people write them. */
function eventName(type: string): string {
  return type.replace(/^xstate\.after\.([^.]+)\..*/, 'after $1');
}

/** What a machine does while somebody looks, the latest first: never journalled. */
export function Activity({ items }: { readonly items: readonly Observed[] }) {
  // What an event comes to is told with what has changed; alone it would be there twice.
  const shown = items.filter(({ kind }) => kind !== 'event');
  if (shown.length === 0) return null;
  return (
    <Section title="Activity" aside="while you look">
      <ol class="events-short">
        {shown
          .slice(-SHOWN)
          .reverse()
          .map(({ at, kind, event, state }, index) => (
            <li key={index}>
              <time>{timeOfDay(at)}</time> <code>{event === null ? kind : eventName(event.type)}</code>{' '}
              {state !== null && <span class="aside">{stateText(state)}</span>}
            </li>
          ))}
      </ol>
    </Section>
  );
}
