import type { ActorRole } from '../../actor-role.js';
import type { ActorExit } from '../../machines/exits/exit.js';
import type { ChildPolicy, Shutdown } from '../../machines/supervise/state/child-policy.js';
import type { Backoff } from '../../machines/time/backoff.js';
import type { Logic } from '../cell/logic.js';
import type { MailboxOptions } from '../cell/mailbox.js';
import type { SavedCell } from '../cell/saved-cell.js';
import type { SavedMachine } from '../durable/saved-machine.js';
import type { TreeEnvironment } from './environment.js';

/** Where a child starts, and with what. */
export interface StartContext {
  readonly path: string;
  readonly incarnation: number;
  readonly env: TreeEnvironment;
}

/** What a child's `start` answers: its logic, with its input if it takes one; or that it does not want to run. */
export type StartResult = Logic | LogicWithInput | 'ignore';

interface LogicWithInput {
  readonly logic: Logic;
  readonly input?: unknown;
  /** What it goes on from. */
  readonly saved?: SavedCell | undefined;
}

/** How a supervisor starts, restarts and stops one child. */
export interface ChildSpec extends ChildPolicy {
  /** Runs at each start; a throw or a rejection is a failed start. */
  start(context: StartContext): StartResult | Promise<StartResult>;
  readonly role: ActorRole;
  readonly mailbox?: MailboxOptions | undefined;
  /** Whether its states are kept for readers after the host's death, as those of supervisors and workers are. */
  readonly observe: boolean;
  /** How it has ended, by what its logic has put out. */
  readonly exitOf?: ((exit: ActorExit, output: unknown) => ActorExit) | undefined;
  /** A machine whose state is saved. */
  readonly saved?: SavedMachine | undefined;
}

/** What a user writes: everything but `id` and `start` has OTP's defaults. */
export interface ChildOptions {
  /** One segment of the child's path: not empty, without `/`. */
  readonly id: string;
  readonly start: ChildSpec['start'];
  /** `permanent` by default. */
  readonly restart?: ChildPolicy['restart'];
  /** Milliseconds the child gets to stop: 5000 by default, `infinity` for supervisors. */
  readonly shutdown?: Shutdown;
  readonly type?: ChildPolicy['type'];
  readonly significant?: boolean;
  /** Without it a child is restarted at once, as in OTP. */
  readonly backoff?: Backoff | undefined;
  readonly role?: ActorRole;
  /** Bounds what may wait for it. Without it nothing is lost, however much waits. */
  readonly mailbox?: MailboxOptions | undefined;
  /** Keeps its last state for readers after the host's death; of machines this is off, unless they are saved. */
  readonly observe?: boolean;
}
