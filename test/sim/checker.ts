import { flaws } from './flaws.js';
import { type Entry, type History, refusalOf } from './history.js';
import { freshMemory, type Memory } from './memory.js';
import { judge } from './rules.js';
import { isOver, type Seen, type SeenJob } from './seen.js';

/** Reads a history as it grows, and says what is wrong with it. */
export class Checker {
  readonly memory: Memory;

  constructor(memory: Memory = freshMemory()) {
    this.memory = memory;
  }

  /** What the next transaction breaks. */
  take(entry: Entry): string[] {
    const { memory } = this;
    const before = memory.seen;
    this.#passTime(entry.at);
    const found = entry.calls.flatMap((call, index) => {
      const outcome = entry.outcomes[index];
      return outcome === undefined ? [`${call.name} was not answered`] : judge(memory, { call, outcome, entry });
    });
    if (entry.outcomes.every((outcome) => refusalOf(outcome) !== null)) found.push(...unchanged(before, entry.after));
    found.push(...changes(before, entry), ...acknowledged(memory, entry.after), ...flaws(entry.after));
    memory.seen = entry.after;
    return found;
  }

  /** A bucket fills while the clock goes on, never while it goes back. */
  #passTime(at: number): void {
    const { memory } = this;
    const passed = Math.max(0, at - memory.now);
    for (const [name, limit] of memory.limits) {
      const { rate, tokens } = limit;
      if (rate === null) continue;
      const filled = Math.min(rate.burst, tokens + (passed * rate.count) / rate.perMs);
      memory.limits.set(name, { ...limit, tokens: filled });
    }
    memory.now = at;
    memory.latest = Math.max(memory.latest, at);
  }
}

/** All that a history breaks, each with the transaction that did. */
export function violations(history: History): string[] {
  const checker = new Checker();
  return history.flatMap((entry, index) => checker.take(entry).map((what) => `${index}: ${what}`));
}

function unchanged(before: Seen, after: Seen): string[] {
  return JSON.stringify(before) === JSON.stringify(after) ? [] : ['what was refused has changed something'];
}

/** By which operations a job comes to run, and stops to. */
const STARTS = new Set(['jobs.claim']);
const STOPS = new Set(['jobs.finish', 'jobs.release', 'hosts.fence', 'hosts.end']);

const ENDS_UNSTARTED = ['cancelled', 'timed_out', 'failed', 'skipped'];
const MOVES: Readonly<Record<string, readonly string[]>> = {
  created: [],
  blocked: ['parked', 'queued', ...ENDS_UNSTARTED],
  parked: ['queued', ...ENDS_UNSTARTED],
  queued: ['parked', 'running', ...ENDS_UNSTARTED],
  running: ['queued', 'parked', 'waiting', 'succeeded', 'failed', 'timed_out', 'cancelled'],
  waiting: ['queued', 'parked', ...ENDS_UNSTARTED],
};

function changes(before: Seen, { calls, after }: Entry): string[] {
  const now = new Map(after.jobs.map((job) => [job.id, job]));
  return before.jobs.flatMap((job) => {
    const then = now.get(job.id);
    if (then === undefined) return [`${job.id} is gone`];
    if (then.epoch < job.epoch) return [`the epoch of ${job.id} fell from ${job.epoch} to ${then.epoch}`];
    if (isOver(job))
      return isSameEnd(job, then) ? [] : [`the end of ${job.id} changed: ${end(job)} became ${end(then)}`];
    return calls.length > 1 || job.state === then.state ? [] : moved(job, then, calls[0]?.name ?? '');
  });
}

function moved(job: SeenJob, then: SeenJob, by: string): string[] {
  if (MOVES[job.state]?.includes(then.state) !== true) return [`${job.id} went from ${job.state} to ${then.state}`];
  const isWrong = (then.state === 'running' && !STARTS.has(by)) || (job.state === 'running' && !STOPS.has(by));
  return isWrong ? [`${by} brought ${job.id} from ${job.state} to ${then.state}`] : [];
}

function isSameEnd(one: SeenJob, other: SeenJob): boolean {
  return end(one) === end(other);
}

function end({ state, final, endedAt, error }: SeenJob): string {
  return `${state} at ${endedAt} with attempt ${final}, ${error}`;
}

/** What was acknowledged stands there. */
function acknowledged({ jobs, ends, wished, running, epochs }: Memory, { jobs: seen }: Seen): string[] {
  const now = new Map(seen.map((job) => [job.id, job]));
  const found = [...jobs.keys()].filter((id) => !now.has(id)).map((id) => `${id} was submitted, and is not there`);
  for (const { id, state, epoch } of seen) {
    const known = ends.get(id);
    if (known !== undefined && known !== state) found.push(`${id} ended as ${known}, and is ${state}`);
    if (isOver({ state })) ends.set(id, state);
    if (wished.has(id) && state === 'succeeded')
      found.push(`${id} succeeded after its end was acknowledged to be wished`);
    if (running.has(id) !== (state === 'running'))
      found.push(`${id} is ${state}, and was ${running.has(id) ? '' : 'not '}acknowledged to run`);
    if ((epochs.get(id) ?? 0) !== epoch)
      found.push(`${id} has epoch ${epoch}, and ${epochs.get(id) ?? 0} was acknowledged`);
  }
  return found;
}
