/** What receivers of `@statelyai/inspect` understand, as it goes over the wire: one JSON object per frame. */
export const STATELY_VERSION = '0.7.2';

/** A state as XState has it, as far as it is shown. */
export interface StatelySnapshot {
  readonly status: 'active' | 'stopped';
  /** XState's snapshots have both; how an actor ended is told by Espalier's own views. */
  readonly output: undefined;
  readonly error: undefined;
  readonly value?: unknown;
  readonly context?: unknown;
}

interface Common {
  /** One incarnation of an actor. */
  readonly sessionId: string;
  readonly rootId: string;
  /** Milliseconds since the epoch, in digits. */
  readonly createdAt: string;
  /** Unique in its connection. */
  readonly id: string;
  readonly _version: typeof STATELY_VERSION;
}

/** An actor that is new to the receiver. */
interface StatelyActor extends Common {
  readonly type: '@xstate.actor';
  readonly name: string;
  readonly parentId: string | undefined;
  /** The config of its machine, as JSON. */
  readonly definition: string | undefined;
  readonly snapshot: StatelySnapshot;
}

/** Something was sent to an actor. */
interface StatelyEvent extends Common {
  readonly type: '@xstate.event';
  readonly event: { readonly type: string };
  readonly sourceId: string | undefined;
}

/** An actor has another state. */
interface StatelyState extends Common {
  readonly type: '@xstate.snapshot';
  readonly event: { readonly type: string };
  readonly snapshot: StatelySnapshot;
}

export type StatelyMessage = StatelyActor | StatelyEvent | StatelyState;

type Own<T> = T extends StatelyMessage ? Omit<T, 'createdAt' | 'id' | 'rootId' | '_version'> : never;

/** One of them without what all have. */
export type StatelyNews = Own<StatelyMessage>;
