// What the hosts with a fault share.
import { fileURLToPath } from 'node:url';

/** The command of a worker program of these tests. */
export const program = (name) => ['node', fileURLToPath(new URL(`../programs/${name}`, import.meta.url))];

/** Resolves with the event that is the `count`th to fit. */
export async function seen(system, fits, count = 1) {
  let left = count;
  for await (const event of system.events.subscribe({ after: 0 })) {
    if (fits(event) && --left === 0) return event;
  }
  throw new Error('the journal ended');
}

/** The same, by type. */
export const shown = (system, type, count = 1) => seen(system, (event) => event.type === type, count);

/** What a fault provokes may well be rejected: that is the fault. */
export const provoke = (promise) => void promise.catch(() => undefined);
