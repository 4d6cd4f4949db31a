import type { RunRef } from '../../../ids.js';
import type { JournalEventType } from '../../../machines/events.js';
import { type JobId, jobName } from '../../../machines/ids/job-id.js';
import type { Topic, Watch } from '../../contract/journal.js';
import { type Pulse, type Pulses, PulseWatch } from './pulse.js';
import { isAbout, type Names, type News, namesIn, type Topics } from './topics.js';

/** Reads what came since, by whomever. */
export type ReadNews = (topics: Topics) => Promise<News>;

interface TopicWatch {
  readonly topic: Topic;
  readonly types: readonly string[] | null;
  readonly watch: PulseWatch;
}

/**
 * Wakes those who wait for one run, one job or one queue, and nobody else. What this process commits says itself what it is about; after
 * a commit of another one the journal is read, if it has grown beyond what is known.
 *
 * Whoever is woken looks, and his look is asked of the same thread as the reads here, after he began to wait: what they pass
 * over he sees.
 */
export class TopicWatches {
  readonly #pulses: Pick<Pulses, 'add'>;
  readonly #read: ReadNews;
  /** By what leads to it: its run, also of a slot, its job, or its queue. */
  readonly #watches = new Map<string, Set<TopicWatch>>();
  #leave: (() => void) | null = null;
  /** Everybody who wanted to hear of the events up to here has; null while it is not known how far that is. */
  #seen: number | null = null;
  #reading = false;
  /** The store was changed while it was being read. */
  #again = false;
  /** What came could not be read: it may have been for anybody. */
  #missed = false;
  #ended: Error | null = null;

  constructor(pulses: Pick<Pulses, 'add'>, read: ReadNews) {
    this.#pulses = pulses;
    this.#read = read;
  }

  /** Begins to watch: from now on what is journalled about it wakes it. */
  watch(topic: Topic, types: readonly JournalEventType[] | null = null): Watch {
    const key = keyOf(topic);
    const entry: TopicWatch = { topic, types, watch: new PulseWatch(() => this.#remove(key, entry)) };
    this.#watches.set(key, (this.#watches.get(key) ?? new Set()).add(entry));
    if (this.#ended !== null) entry.watch.fail(this.#ended);
    else if (this.#leave === null) this.#begin();
    return entry.watch;
  }

  #begin(): void {
    this.#seen = null;
    this.#leave = this.#pulses.add({ beat: (pulse) => this.#hear(pulse), fail: (error) => this.#end(error) });
    void this.#look();
  }

  #end(error: Error): void {
    this.#ended = error;
    for (const { watch } of this.#all()) watch.fail(error);
  }

  #remove(key: string, entry: TopicWatch): void {
    const watches = this.#watches.get(key);
    watches?.delete(entry);
    if (watches?.size === 0) this.#watches.delete(key);
    if (this.#watches.size > 0) return;
    this.#leave?.();
    this.#leave = null;
  }

  #hear(pulse: Pulse): void {
    if (!('events' in pulse)) {
      const isKnown = pulse.head !== null && this.#seen !== null && pulse.head <= this.#seen;
      if (!isKnown) void this.#look();
      return;
    }
    for (const { type, ctx } of pulse.events) if (ctx !== null) this.#wake(type, namesIn(ctx));
    const [first, last] = [pulse.events[0], pulse.events.at(-1)];
    // Beyond a gap somebody else has written: that is read after the pulse that follows.
    if (first && last && first.seq - 1 === this.#seen) this.#seen = last.seq;
  }

  /** Reads what is new, unless nobody waits any more; one read at a time. */
  async #look(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again && this.#leave !== null) {
      this.#again = false;
      await this.#readOn();
    }
    this.#reading = false;
  }

  async #readOn(): Promise<void> {
    try {
      const { rows, head } = await this.#read({ after: this.#seen, ...this.#wanted() });
      if (this.#missed) this.#wakeAll();
      this.#missed = false;
      this.#seen = Math.max(head, this.#seen ?? 0);
      for (const { type, ...names } of rows) this.#wake(type, names);
    } catch {
      // Whoever is woken meets the error himself when he looks.
      this.#missed = true;
      this.#wakeAll();
    }
  }

  #wanted(): Omit<Topics, 'after'> {
    const runs = new Set<RunRef>();
    const jobs = new Set<JobId>();
    const queues = new Set<string>();
    for (const { topic } of this.#all()) {
      const run = 'run' in topic ? topic.run : 'job' in topic ? runOf(topic.job) : null;
      if (run !== null) runs.add(run);
      else if ('job' in topic) jobs.add(topic.job);
      else if ('queue' in topic) queues.add(topic.queue);
    }
    return { runs: [...runs], jobs: [...jobs], queues: [...queues] };
  }

  #wake(type: string, names: Names): void {
    for (const key of [names.run, names.job, queueKey(names.queue)]) {
      if (typeof key !== 'string') continue;
      for (const { topic, types, watch } of this.#watches.get(key) ?? []) {
        if ((types === null || types.includes(type)) && isAbout(topic, names)) watch.wake();
      }
    }
  }

  #wakeAll(): void {
    for (const { watch } of this.#all()) watch.wake();
  }

  *#all(): Generator<TopicWatch> {
    for (const watches of this.#watches.values()) yield* watches;
  }
}

function keyOf(topic: Topic): string {
  if ('run' in topic) return topic.run;
  return 'queue' in topic ? (queueKey(topic.queue) ?? '') : (runOf(topic.job) ?? topic.job);
}

/** A queue may be called as a run or a job is. */
function queueKey(queue: string | null | undefined): string | null {
  return typeof queue === 'string' ? `queue ${queue}` : null;
}

function runOf(job: JobId): RunRef | null {
  const name = jobName(job);
  return name.kind === 'slot' ? name.run : null;
}
