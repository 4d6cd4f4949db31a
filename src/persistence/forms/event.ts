import { z } from 'zod';
import { EspalierError } from '../../errors.js';
import type { JournalEvent, NewJournalEvent } from '../../machines/events.js';
import { EVENT_TYPES, keptEventForm, newEventForm } from './event-form.js';
import { withoutRepeatedIds, withRepeatedIds } from './event-ids.js';

/** An event as its row holds it. It travels so between threads: JSON text is the cheapest thing to hand over. */
export const eventRow = z.object({
  seq: z.number(),
  run_id: z.string(),
  at: z.number(),
  type: z.string(),
  path: z.string().nullable(),
  incarnation: z.number().nullable(),
  ctx: z.string().nullable(),
  data: z.string(),
});
export type EventRow = z.infer<typeof eventRow>;

/** An event's parts as they are journalled. */
export type EventText = Pick<EventRow, 'type' | 'path' | 'incarnation' | 'ctx' | 'data'>;

const KNOWN: ReadonlySet<string> = new Set(EVENT_TYPES);

/**
 * The events that rows hold. One of a type that this version does not know, of a host that is newer, is passed over.
 *
 * @throws `ESP_STORE_CORRUPT` for one that does not have its form
 */
export function parseEvents(rows: readonly EventRow[]): JournalEvent[] {
  return rows.filter(({ type }) => KNOWN.has(type)).map(parseEvent);
}

/**
 * The event that a row holds.
 *
 * @throws `ESP_STORE_CORRUPT` when it is none of those that this version knows
 */
export function parseEvent(row: EventRow): JournalEvent {
  const stored = parseJson(row.data);
  const { ctx, data } =
    row.ctx === null ? { ctx: null, data: stored } : withRepeatedIds(row.type, parseJson(row.ctx), stored);
  const found = keptEventForm.safeParse({
    type: row.type,
    data,
    ...(row.path !== null && { path: row.path }),
    ...(row.incarnation !== null && { incarnation: row.incarnation }),
    ...(ctx !== null && { ctx }),
  });
  if (found.success) return { seq: row.seq, runId: row.run_id, at: row.at, ...found.data };
  throw new EspalierError(
    'ESP_STORE_CORRUPT',
    `event ${row.seq} (${row.type}) does not have its form: ${found.error.message}`,
    {
      cause: found.error,
      context: { seq: row.seq, type: row.type },
    },
  );
}

/**
 * An event's parts as text, after a check of its form: an event that could not be read again would end every tail.
 *
 * @throws `ESP_INVALID`
 */
export function eventText(event: NewJournalEvent): EventText {
  const found = newEventForm.safeParse(event);
  if (!found.success) {
    throw new EspalierError('ESP_INVALID', `an event ${event.type} does not have its form: ${found.error.message}`, {
      cause: found.error,
    });
  }
  return storedEvent(found.data);
}

/** The same of an event whose form is known. */
export function storedEvent(event: NewJournalEvent): EventText {
  const { type, path = null, incarnation = null } = event;
  const { ctx, data } = withoutRepeatedIds(event);
  return { type, path, incarnation, ctx: ctx === null ? null : JSON.stringify(ctx), data: JSON.stringify(data) };
}

/** Text that is not JSON becomes `undefined`, which no form of an event accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error instanceof SyntaxError ? undefined : error;
  }
}
