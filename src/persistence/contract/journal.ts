import type { RunId, RunRef } from '../../ids.js';
import type { JournalEvent, JournalEventType, NewJournalEvent, StoreTrouble } from '../../machines/events.js';
import type { JobId } from '../../machines/ids/job-id.js';

/** Which events `tail` gives. */
export interface TailOptions {
  /** Only events after this cursor; 0 is the beginning, from what is there. A cursor into what has left is `ESP_TOO_OLD`. */
  readonly after?: number;
  readonly types?: readonly JournalEventType[];
  /** Goes on as events come until the signal fires; otherwise ends at the newest event. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** Which events `about` gives: those that fit any of these. */
export interface AboutQuery {
  /** Only events of this host. */
  readonly runId?: RunId;
  /** Events at these paths. */
  readonly paths?: readonly string[];
  /** Events at paths below this one; `/` has all below it. */
  readonly below?: string;
  /** Events that carry this run in their context, and those that carry this job. */
  readonly run?: RunRef;
  readonly job?: string;
  readonly types?: readonly JournalEventType[];
  /** The newest so many. */
  readonly limit: number;
}

/** What an event can be about: a run, with all of its slots, one job, or a queue, with all of its jobs. */
export type Topic = { readonly run: RunRef } | { readonly job: JobId } | { readonly queue: string };

/** Someone's wait for commits. Its disposal ends it for good. */
export interface Watch extends Disposable {
  /** Resolves at a commit since the last call, or when the signal fires. Rejects when the store has been closed. */
  next(signal?: AbortSignal): Promise<void>;
}

/** The journal: every event of every host of the store, in the order of commits. */
export interface JournalStore {
  /** Journals events in order, for this store's host. Resolves with the last `seq`. */
  append(events: readonly NewJournalEvent[]): Promise<number>;
  /** The journal as a stream in `seq` order, without gap or duplicate, own and other hosts' events alike. */
  tail(options?: TailOptions): AsyncIterable<JournalEvent>;
  /** The newest events about something, in `seq` order. Walks back through the journal, and lets others read meanwhile. */
  about(query: AboutQuery): Promise<readonly JournalEvent[]>;
  /** Up to which `seq` events have left the journal; 0 while none has. */
  floor(): Promise<number>;
  /** The newest `seq`, 0 for an empty journal. */
  head(): Promise<number>;
  /**
   * Resolves at the next commit to the store by this or another process, or when the signal fires; not sooner than 50 ms after
   * the wait began, for whoever reads all of it each time. A commit since the last wait counts, so one wait after the other
   * misses nothing; a wait may end without news.
   */
  changed(signal?: AbortSignal): Promise<void>;
  /**
   * Begins to wait for what is journalled about a topic, of some types if they are given: by this process, or another one
   * (some milliseconds later). It is woken by nothing else, but for a store that cannot be read; it may be woken without news. Whoever
   * looks after he has begun misses nothing.
   */
  watch(topic: Topic, types?: readonly JournalEventType[]): Watch;
  /**
   * Calls back after each commit of this process, with what it journalled (about a topic, if one is given), in `seq` order
   * and before the promises of that commit resolve. A listener that throws harms no other: its error becomes a process
   * warning. Returns the function that ends it.
   */
  onCommit(listener: (events: readonly JournalEvent[]) => void, topic?: Topic): () => void;
}

/** The note beside the store, for what the journal cannot say because it cannot be written. */
export interface TroubleStore {
  /** What is noted, if anything. */
  read(): StoreTrouble | null;
  /** Forgets it, once it is in the journal. Only a store that writes on behalf of a host has a note. */
  clear(): void;
}
