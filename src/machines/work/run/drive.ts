import type { RunBook } from './book.js';
import type { RunCommand, RunWrite } from './commands.js';
import type { RunEvent } from './run-events.js';

/**
 * What a run is about, which decides what it asks for next.
 *
 * - `open`: claim, start and commit
 * - `closing`: give back what is claimed and not started, commit what is due
 * - `shut`: give back, commit nothing more
 */
export type DriveMode = 'open' | 'closing' | 'shut';

/** Enters an event into the books. */
export function absorb(book: RunBook, event: RunEvent): void {
  switch (event.type) {
    case 'claim.granted':
      return book.grant(event.indexes);
    case 'claim.refused':
      book.held = true;
      return book.requeue(event.indexes);
    case 'released':
      return book.requeue(event.indexes);
    case 'place.freed':
      return book.vacate(event.index);
    case 'attempt.recorded':
      book.held = false;
      return event.requeue ? book.requeue([event.index]) : book.finish(event.index, event.outcome);
    case 'committed':
      return book.confirmCommit(event.indexes);
    case 'status.set':
      book.statusWrites -= 1;
      return;
    case 'capacity.changed':
      book.held = false;
      book.capacity = event.slots;
      return;
    case 'resume':
      book.held = false;
      return;
    case 'write.failed':
      return forget(book, event.write, event.indexes ?? []);
    case 'plan.loaded':
    case 'place.closed':
    case 'pause':
    case 'stop':
    case 'espalier.stop':
      return;
    default:
      return event satisfies never;
  }
}

/** What is to be done now, in the order in which it is to be asked for. Asking again without a new event yields nothing. */
export function nextCommands(book: RunBook, mode: DriveMode): RunCommand[] {
  const commands: RunCommand[] = [];
  const add = (type: 'claim' | 'start' | 'release', indexes: readonly number[]) => {
    if (indexes.length > 0) commands.push({ type, indexes });
  };
  // Places are filled first, so that nothing stands between an end and the next start.
  if (mode === 'open') add('start', book.start());
  if (mode === 'open') add('claim', book.claim());
  if (mode !== 'open') add('release', book.release());
  const batch = mode === 'shut' ? null : book.nextCommit();
  if (batch !== null) commands.push({ type: 'commit', ...batch });
  return commands;
}

/** A failed write has left nothing behind: what it was to change stands as before. */
function forget(book: RunBook, write: RunWrite, indexes: readonly number[]): void {
  if (write === 'commit') book.failCommit();
  if (write === 'status') book.statusWrites -= 1;
  book.requeue(indexes);
}
