import type { ActorExit } from '../../src/machines/exits/exit.js';
import type { Restart, Shutdown } from '../../src/machines/supervise/state/child-policy.js';
import type { AutoShutdown, Strategy } from '../../src/machines/supervise/state/state.js';
import type { Outcome } from '../machines/supervise/scenario.js';

/** How it goes with workers that are asked to stop: a stubborn one does not. */
export type Manner = 'polite' | 'stubborn';

export interface Worker {
  readonly type: 'worker';
  readonly id: string;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly significant: boolean;
  readonly manner: Manner;
}

export interface Group {
  readonly type: 'supervisor';
  readonly id: string;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly significant: boolean;
  readonly supervisor: Static | Dynamic;
}

/** A supervisor whose children are specified. */
export interface Static {
  readonly dynamic: false;
  readonly strategy: Strategy;
  readonly intensity: number;
  readonly autoShutdown: AutoShutdown;
  readonly children: readonly (Worker | Group)[];
}

/** A supervisor of children that come and go, all of one kind, as those of OTP's `simple_one_for_one` are. */
export interface Dynamic {
  readonly dynamic: true;
  readonly intensity: number;
  readonly autoShutdown: AutoShutdown;
  readonly child: Omit<Worker, 'id'>;
}

export type Request =
  | { readonly type: 'startChild'; readonly child: Worker | Group }
  | { readonly type: 'terminateChild' | 'restartChild' | 'deleteChild' | 'getChildSpec'; readonly id: string }
  | { readonly type: 'whichChildren' | 'countChildren' }
  | { readonly type: 'startDynamic' | 'terminateDynamic'; readonly id: string }
  | { readonly type: 'whichDynamic' | 'countDynamic' };

export type How = ActorExit['kind'];

/** What is done to a tree, one thing after the other, each until nothing moves any more. */
export type Act =
  | { readonly type: 'wait'; readonly ms: number }
  /** `path` as in `a`, `g` or `g/x`: a worker ends so; a supervisor is stopped, crashes or is killed. */
  | { readonly type: 'exit'; readonly path: string; readonly how: How }
  /** Several workers of one supervisor end before it hears of any of them. */
  | {
      readonly type: 'burst';
      readonly path: string;
      readonly exits: readonly { readonly id: string; readonly how: How }[];
    }
  /** `path` of the supervisor: empty for the root, `g/` for the group. */
  | { readonly type: 'call'; readonly path: string; readonly request: Request };

/** A tree, how the starts of its children go (those not named go well), and what is done to it. */
export interface Scenario {
  readonly periodSeconds: number;
  readonly supervisor: Static | Dynamic;
  readonly outcomes: Readonly<Record<string, readonly Outcome[]>>;
  readonly acts: readonly Act[];
}

/** What happened at the start, in each act, and in the end: `+a` started, `-a crash` ended, `fail a`, `reply ok`, … */
export type Trace = readonly (readonly string[])[];
