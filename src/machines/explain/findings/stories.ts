import type { CrashEvent } from './crashes.js';
import { type Facts, lastMoment } from './facts.js';
import { groupBy, ofType } from './words.js';

/** Crashes closer together than this are one series, in milliseconds: longer than the longest backoff. */
const SERIES_GAP_MS = 60_000;
/** A worker that has been ready this long is over its troubles, in milliseconds. */
const STEADY_MS = 60_000;

/** The recent life of one seat, or of a service. */
export interface Story {
  /** The path of the starter. */
  readonly seat: string;
  readonly worker: string;
  /** The pool; of a service the service itself. */
  readonly pool: string;
  /** The last series of crashes; at least one. */
  readonly crashes: readonly [CrashEvent, ...CrashEvent[]];
  readonly last: CrashEvent;
  /** How many boots failed in a row, if that has closed the seat. */
  readonly closedAfter: number | null;
  /** Whether it had been ready before, as far as is known. */
  readonly hasServed: boolean;
  /** Whether it is still in trouble. */
  readonly standing: boolean;
}

/** The stories of the seats in which something went wrong, in the order of their last crash. */
export function storiesOf(facts: Facts): Story[] {
  const bySeat = groupBy(
    // The end of an execution is the affair of its slot in the run.
    ofType(facts.events, 'worker.crashed').filter(({ ctx }) => ctx?.job === undefined),
    ({ path = '' }) => path.slice(0, path.lastIndexOf('/')),
  );
  const stories = [...bySeat].flatMap(([seat, crashes]) => storyOf(facts, seat, crashes) ?? []);
  return stories.sort((a, b) => a.last.seq - b.last.seq);
}

function storyOf(facts: Facts, seat: string, all: readonly CrashEvent[]): Story | null {
  const [first, ...rest] = lastSeries(all);
  if (!first) return null;
  const last = rest.at(-1) ?? first;
  const closed = ofType(facts.events, 'worker.failed').findLast(({ path, seq }) => path === seat && seq > last.seq);
  const worker = last.path ?? seat;
  const isOpen = closed !== undefined && readySince(facts, worker, closed.seq) !== undefined;
  return {
    seat,
    worker,
    pool: seat.replace(/\/workers\/[^/]+$/, ''),
    crashes: [first, ...rest],
    last,
    hasServed: facts.partial || readySince(facts, worker, -1) !== undefined,
    closedAfter: closed === undefined || isOpen ? null : closed.data.boots,
    standing: (closed !== undefined && !isOpen) || !hasRecovered(facts, worker, last, rest.length + 1),
  };
}

function lastSeries(crashes: readonly CrashEvent[]): readonly CrashEvent[] {
  const breaks = crashes.findLastIndex((crash, index) => crash.at - (crashes[index - 1]?.at ?? 0) > SERIES_GAP_MS);
  return crashes.slice(Math.max(0, breaks));
}

/** One crash is over once its successor is ready; a series only when that has lasted. */
function hasRecovered(facts: Facts, worker: string, last: CrashEvent, times: number): boolean {
  const ready = readySince(facts, worker, last.seq);
  if (!ready) return false;
  return times === 1 || lastMoment(facts) - ready.at >= STEADY_MS;
}

function readySince({ events }: Facts, worker: string, since: number) {
  return ofType(events, 'worker.ready').findLast(({ path, seq }) => path === worker && seq > since);
}
