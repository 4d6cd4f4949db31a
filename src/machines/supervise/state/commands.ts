import type { NewJournalEvent } from '../../events.js';
import type { ActorExit } from '../../exits/exit.js';
import type { ChildPolicy, Shutdown } from './child-policy.js';
import type { ChildStatus } from './children.js';
import type { ChildRef } from './events.js';

/** A child as `whichChildren` lists it, in the order of their start. */
export interface ChildInfo {
  readonly id: string;
  readonly path: string;
  readonly incarnation: number;
  readonly status: ChildStatus;
  readonly type: ChildPolicy['type'];
}

/** As OTP counts: `specs` all, `active` the running ones, `supervisors` and `workers` all of that type. */
export interface ChildCounts {
  readonly specs: number;
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

/**
 * Why a supervisor refuses, in OTP's words; `max_children` is Elixir's.
 *
 * - `already_started`: a child of that id runs; `already_present`: it is specified and does not run
 * - `running`, `restarting`: only a stopped child can be restarted or deleted
 * - `simple_one_for_one`: a dynamic supervisor neither restarts nor deletes by hand
 * - `bad_combination`: a significant child under a supervisor that never shuts itself down
 * - `start_failed`: the child's start failed, with the `cause`
 * - `stopping`: the supervisor is on its way out
 */
export type SuperviseError =
  | 'already_started'
  | 'already_present'
  | 'not_found'
  | 'running'
  | 'restarting'
  | 'max_children'
  | 'simple_one_for_one'
  | 'bad_combination'
  | 'start_failed'
  | 'stopping';

/** The answer to a call. */
export type CallResult =
  /** `ignored`: the child did not want to run. */
  | { readonly ok: true; readonly path: string; readonly ignored: boolean }
  | { readonly ok: true; readonly children: readonly ChildInfo[] }
  | { readonly ok: true; readonly counts: ChildCounts }
  | { readonly ok: true; readonly child: ChildPolicy }
  | { readonly ok: true }
  | { readonly ok: false; readonly error: SuperviseError; readonly cause?: unknown };

/** What a supervisor asks of the world. */
export type SuperviseCommand =
  /** Start it; `child.started`, `child.ignored` or `child.failed` follows. */
  | ({ readonly type: 'start'; readonly policy: ChildPolicy } & ChildRef)
  /** Stop it, also while it is starting; `child.exited`, or the failure of its start, follows. */
  | ({ readonly type: 'stop'; readonly shutdown: Shutdown } & ChildRef)
  /** Send `child.due` after its backoff's delay for that attempt. */
  | ({ readonly type: 'schedule'; readonly policy: ChildPolicy; readonly attempt: number } & ChildRef)
  /** Its record is gone; nothing will be asked of it again. */
  | ({ readonly type: 'forget' } & ChildRef)
  | { readonly type: 'reply'; readonly to: number; readonly result: CallResult }
  | { readonly type: 'journal'; readonly event: NewJournalEvent }
  /** The supervisor has ended so; it is the last command. */
  | { readonly type: 'exit'; readonly exit: ActorExit };
