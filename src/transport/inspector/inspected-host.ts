import type { RunId, RunRef } from '../../ids.js';
import type { JournalEvent } from '../../machines/events.js';
import type { Finding } from '../../machines/explain/findings/explanation.js';
import type { HostPresence } from '../../machines/process/process.js';
import type { ReadModel } from './model/read-model.js';
import type { ActorLoad, Answer, Control, Refusal } from './protocol/wire.js';
import type { LiveActors } from './seen/actors.js';
import type { SeenJobs } from './seen/jobs.js';
import type { SeenProcess, SeenRow, SeenRun, SeenText, SeenWindow } from './seen/records.js';

export interface JournalTail {
  readonly after: number;
  readonly follow: boolean;
  readonly types?: readonly JournalEvent['type'][];
  readonly signal?: AbortSignal;
}

/** Why something was not done. */
export interface Refused {
  readonly refused: Refusal;
  readonly message: string;
}

/** Whom an inspector looks at: a living system of this process, or a store. */
export interface InspectedHost {
  readonly runId: RunId;
  readonly name: string;
  readonly version: string;
  /** Whether it lives, as it can be known here: it may die while it is looked at. */
  readonly presence: HostPresence;
  readonly pid: number | null;
  readonly startedAt: number;
  /** Whether its tree has ended, or is ending; of a store: whether its host is gone. */
  hasEnded(): boolean;
  /** Fed with every sighting; the journal is fed to it by whoever looks. */
  readonly model: ReadModel;
  /** Null for a store: its actors are known by sightings alone. */
  readonly actors: LiveActors | null;
  /** Names whose values are secret, beside those it knows: it registers such values nowhere from now on. */
  conceal(keys: readonly (string | RegExp)[]): void;
  /** Somebody looks, until the answered function is called: a store is read for sightings meanwhile. */
  look(): () => void;
  readonly journal: {
    tail(options: JournalTail): AsyncIterable<JournalEvent>;
    head(): Promise<number>;
    /** Up to which number events have left. */
    floor(): Promise<number>;
  };
  /** Processes that are registered and not proven gone, as they stand. */
  processes(): Promise<readonly SeenProcess[]>;
  runs(): Promise<readonly SeenRun[]>;
  run(run: RunRef): Promise<SeenRun | null>;
  /** Rows in slot order from an index on, or the newest `limit` in the order of commits. */
  rows(run: RunRef, from: number | 'newest', limit: number): Promise<readonly SeenRow[]>;
  window(run: SeenRun, size: number): Promise<SeenWindow>;
  /** What the newest attempt of a slot wrote. */
  output(run: RunRef, index: number): Promise<(SeenText & { readonly attempt: number }) | null>;
  readonly jobs: SeenJobs;
  /** What the process of a worker or service has written: while it lives, of a store also afterwards; null when nothing is kept. */
  logs(path: string): SeenText | null | Promise<SeenText | null>;
  /** What waits for its pools and in the mailboxes of its actors at this moment, and what its pools do. */
  loads(): Iterable<readonly [path: string, load: ActorLoad]>;
  why(target: string): Promise<readonly Finding[] | Refused>;
  control(control: Control): Promise<Extract<Answer, { type: 'done' }> | Refused>;
}
