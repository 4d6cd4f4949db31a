import type { AnyStateMachine, InspectionEvent } from 'xstate';
import type { ActorDetail, Budget } from '../protocol/wire.js';

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
