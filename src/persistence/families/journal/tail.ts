import { EspalierError } from '../../../errors.js';
import type { JournalEvent } from '../../../machines/events.js';
import { signal as abortSignal, checkOptions, fields, flag, kind, listOf, oneOf } from '../../../options.js';
import type { TailOptions, Watch } from '../../contract/journal.js';
import { parseEvents } from '../../forms/event.js';
import { EVENT_TYPES } from '../../forms/event-form.js';
import type { EventBatch } from './batch.js';

/** Events that are read at once: what a slow consumer holds in memory. */
const BATCH = 256;

const rule = fields<TailOptions>({
  after: kind('the number of an event, or 0 for all', Number.isSafeInteger),
  types: listOf(oneOf(...EVENT_TYPES), 'a list of event types'),
  follow: flag,
  signal: abortSignal,
});

/** What a tail reads from. */
export interface TailSource {
  batch(args: { after: number; types: readonly string[] | null; limit: number }): Promise<EventBatch>;
  watch(): Watch;
}

function tooOld(cursor: number, floor: number): EspalierError {
  return new EspalierError(
    'ESP_TOO_OLD',
    `events after number ${cursor} are asked for, and those up to ${floor} have left the journal: look at how things stand, and go on from there`,
    { context: { cursor, floor } },
  );
}

/**
 * The one tail. It always reads the table, behind one cursor, so what is replayed and what is live cannot overlap or leave
 * a gap; a commit only wakes it.
 */
export async function* tail(source: TailSource, options: TailOptions): AsyncGenerator<JournalEvent, void, undefined> {
  checkOptions('events', options, rule);
  const { after = 0, types = null, follow = false, signal } = options;
  let cursor = after;
  // Watched before the first read: a commit after that read wakes it, however soon.
  using watch = follow ? source.watch() : null;
  while (signal?.aborted !== true) {
    const batch = await source.batch({ after: cursor, types, limit: BATCH });
    // From the beginning is from what there is; any other cursor was given for what follows it.
    if (cursor !== 0 && cursor < batch.floor) throw tooOld(cursor, batch.floor);
    for (const event of parseEvents(batch.events)) {
      if (signal?.aborted) return;
      yield event;
    }
    cursor = batch.cursor;
    if (batch.more) continue;
    if (watch === null) return;
    await watch.next(signal);
  }
}
