/** How long what has ended is kept. Times are in milliseconds; null is for ever. */
export interface Retention {
  /** Jobs that succeeded, after their end. */
  readonly succeededMs: number | null;
  /** Jobs that ended otherwise. */
  readonly unsuccessfulMs: number | null;
  /** Events, and registrations of processes that are gone. */
  readonly journalMs: number | null;
  /** About so many bytes of events are kept, whatever their age; null for any number. */
  readonly journalBytes: number | null;
  /** Runs that are over, with their rows, after their last change. */
  readonly runsMs: number | null;
}

const DAY_MS = 86_400_000;

/** Jobs a week, a month where they did not succeed; a month or a gibibyte of events; runs until somebody removes them. */
export const DEFAULT_RETENTION: Retention = {
  succeededMs: 7 * DAY_MS,
  unsuccessfulMs: 30 * DAY_MS,
  journalMs: 30 * DAY_MS,
  journalBytes: 2 ** 30,
  runsMs: null,
};
