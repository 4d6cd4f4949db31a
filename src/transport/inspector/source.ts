import type { AnyStateMachine, InspectionEvent } from 'xstate';
import type { JournalEvent } from '../../machines/events.js';
import type { Finding } from '../../machines/explain/findings/explanation.js';
import type { HostPresence, Registration } from '../../machines/process/process.js';
import type { RunPolicy, RunStatus, RunWish } from '../../machines/work/run/status.js';
import type { SlotStatus } from '../../machines/work/slot.js';
import type { ShownTexts } from '../../stream-text.js';
import type { ReadModel } from './model/read-model.js';
import type { ActorDetail, ActorLoad, Answer, Budget, Control, Refusal } from './protocol/wire.js';

/** The state of an actor as it was seen at a moment. */
export interface Sighting {
  readonly path: string;
  readonly incarnation: number;
  readonly role: string;
  /** The state of its machine, or `running`; `exited` with the exit as detail; `fault` is no state. */
  readonly state: string;
  readonly detail?: unknown;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A living actor, as far as it can be looked at. Nothing here changes it. */
export interface LiveActor {
  readonly path: string;
  readonly incarnation: number;
  readonly role: string;
  /** Its state at this moment, in one word or as JSON. */
  state(): string;
  /** Of supervisors; null for others. */
  budget(): Budget | null;
  isDynamic(): boolean;
  /** What only its panel shows. */
  inside(): {
    readonly value: unknown;
    readonly active: readonly string[];
    readonly context: unknown;
    readonly machine: AnyStateMachine | null;
    readonly spec: ActorDetail['spec'];
  };
  /** Calls back at each change of its state, until the answered function is called. */
  watch(changed: () => void): () => void;
  /** As `watch`, with everything that happens inside. */
  observe(happened: (event: InspectionEvent) => void): () => void;
}

/** The living actors of a host. */
export interface LiveActors {
  get(path: string): LiveActor | undefined;
  readonly deadLetters: number;
}

/** A registered process; `reason` says why it is not what was written last. */
export interface SeenProcess extends Registration {
  readonly reason: string | null;
}

/** A run, as far as it is shown. */
export interface SeenRun {
  readonly run: string;
  readonly name: string | null;
  readonly status: RunStatus;
  readonly pool: string;
  readonly policy: RunPolicy;
  readonly total: number;
  readonly counts: Readonly<Record<SlotStatus, number>>;
  readonly position: number;
  readonly owner: string | null;
  readonly wish: RunWish | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A committed row, as far as it is shown. */
export interface SeenRow {
  readonly position: number;
  readonly index: number;
  readonly status: SlotStatus;
  readonly input: unknown;
  readonly attempts: number;
  readonly durationMs: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Where the slots around the commit cursor are: one stage per slot from `frontier` on. */
export interface SeenWindow {
  readonly frontier: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly slots: readonly {
    readonly index: number;
    readonly stage: 'pending' | 'running' | 'finished' | 'committed';
    readonly status: SlotStatus | null;
  }[];
}

export interface SeenText extends ShownTexts {
  readonly truncated: boolean;
}

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
  readonly runId: string;
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
  };
  /** Processes that are registered and not proven gone, as they stand. */
  processes(): Promise<readonly SeenProcess[]>;
  runs(): Promise<readonly SeenRun[]>;
  run(run: string): Promise<SeenRun | null>;
  /** Rows in slot order from an index on, or the newest `limit` in the order of commits. */
  rows(run: string, from: number | 'newest', limit: number): Promise<readonly SeenRow[]>;
  window(run: SeenRun, size: number): Promise<SeenWindow>;
  /** What the newest attempt of a slot wrote. */
  output(run: string, index: number): Promise<(SeenText & { readonly attempt: number }) | null>;
  /** What the process of a worker or service has written: while it lives, of a store also afterwards; null when nothing is kept. */
  logs(path: string): SeenText | null | Promise<SeenText | null>;
  /** What waits for its pools and in the mailboxes of its actors at this moment, and what its pools do. */
  loads(): Iterable<readonly [path: string, load: ActorLoad]>;
  why(target: string): Promise<readonly Finding[] | Refused>;
  control(control: Control): Promise<Extract<Answer, { type: 'done' }> | Refused>;
}
