import type { ActorExit } from '../../exits/exit.js';
import type { ChildPolicy } from './child-policy.js';
import { Children, newChild } from './children.js';
import type { SuperviseCommand } from './commands.js';
import type { WaitingEvent } from './events.js';
import { EMPTY, type Queue } from './queue.js';

export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant';

/** How a supervisor decides. */
export interface SupervisorPolicy {
  /** The supervisor's own path. */
  readonly path: string;
  readonly strategy: Strategy;
  /** A dynamic supervisor's children come and go: no record is kept of one that has ended, and they stop together. */
  readonly dynamic: boolean;
  /** So many restarts within `periodMs` are allowed; one more ends the supervisor. */
  readonly intensity: number;
  readonly periodMs: number;
  readonly autoShutdown: AutoShutdown;
  /** Of a dynamic supervisor. */
  readonly maxChildren: number;
}

/** Elixir's figures: three restarts in five seconds. */
export const SUPERVISOR_DEFAULTS = {
  strategy: 'one_for_one',
  dynamic: false,
  intensity: 3,
  periodMs: 5000,
  autoShutdown: 'never',
  maxChildren: Number.POSITIVE_INFINITY,
} as const satisfies Omit<SupervisorPolicy, 'path'>;

/** What a start is for: it says what follows when it succeeds and when it fails. */
export type StartPurpose =
  | { readonly type: 'boot' }
  | { readonly type: 'restart'; readonly reason: string }
  /** `isNew`: a failed start leaves no record. */
  | { readonly type: 'call'; readonly reply: number; readonly isNew: boolean };

/** What a supervisor still has to do before it looks at the next event. The first step may be under way. */
export type Step =
  | { readonly type: 'start'; readonly id: string; readonly purpose: StartPurpose }
  /** Stop it, and drop its record if no one will start it again. */
  | { readonly type: 'stop'; readonly id: string }
  /** Stop all of them together. */
  | { readonly type: 'stop.all' }
  | { readonly type: 'reply'; readonly to: number }
  /** All children have started for the first time. */
  | { readonly type: 'ready' }
  | { readonly type: 'exit'; readonly exit: ActorExit };

/** A supervisor is one sequential process: while a step is under way, everything else waits in the inbox. */
export interface SupervisorState {
  readonly policy: SupervisorPolicy;
  readonly phase: 'starting' | 'running' | 'stopping' | 'ended';
  readonly children: Children;
  readonly agenda: Queue<Step>;
  /** How many answers the first step of the agenda waits for. */
  readonly awaited: number;
  readonly inbox: Queue<WaitingEvent>;
  /** When it restarted children, in ms, the latest last; no older than the period. */
  readonly restarts: readonly number[];
}

/** What a decision comes to. */
export interface Decision {
  readonly state: SupervisorState;
  readonly commands: readonly SuperviseCommand[];
}

/** A supervisor before its boot. `incarnations` are the highest its children's paths have had. */
export function newSupervisor(
  policy: SupervisorPolicy,
  children: readonly ChildPolicy[],
  incarnations: (id: string) => number = () => 0,
): SupervisorState {
  const records = children.map((child) => newChild(child, incarnations(child.id)));
  return {
    policy,
    phase: 'starting',
    children: records.reduce((all, child) => all.put(child), Children.none),
    agenda: EMPTY,
    awaited: 0,
    inbox: EMPTY,
    restarts: [],
  };
}
