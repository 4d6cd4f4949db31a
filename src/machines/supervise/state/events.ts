import type { ActorExit } from '../../exits/exit.js';
import type { ChildPolicy } from './child-policy.js';

/** Which incarnation of which child an event or command is about. */
export interface ChildRef {
  readonly id: string;
  readonly incarnation: number;
}

/** What happens to a supervisor's children. Events about another incarnation than the present one change nothing. */
export type ChildEvent = ChildRef &
  (
    | { readonly type: 'child.started' }
    | { readonly type: 'child.ignored' }
    | { readonly type: 'child.failed'; readonly error: unknown }
    | { readonly type: 'child.exited'; readonly exit: ActorExit }
    /** Its backoff is over. */
    | { readonly type: 'child.due' }
    /** Its restart failed and is tried again; the supervisor sends this to itself, behind what already waits. */
    | { readonly type: 'child.retry'; readonly error: unknown }
  );

/** What is asked of a supervisor; each gets one `reply`, with the number it came with. */
export type CallEvent = { readonly reply: number } & (
  | {
      readonly type: 'call.startChild';
      readonly child: ChildPolicy;
      /** The highest incarnation that the child's path has had. */
      readonly incarnation: number;
    }
  | { readonly type: 'call.terminateChild'; readonly id: string }
  | { readonly type: 'call.restartChild'; readonly id: string }
  | { readonly type: 'call.deleteChild'; readonly id: string }
  | { readonly type: 'call.whichChildren' }
  | { readonly type: 'call.countChildren' }
  | { readonly type: 'call.getChildSpec'; readonly id: string }
);

/** What starts and ends a supervisor. */
type LifeEvent =
  | { readonly type: 'supervisor.boot' }
  /** Stop all children, newest first, and end as shut down. */
  | { readonly type: 'espalier.stop'; readonly reason?: unknown }
  /** Stop all children, newest first, and crash with this. */
  | { readonly type: 'supervisor.fail'; readonly error: unknown };

/** What waits while a supervisor does something else. */
export type WaitingEvent = ChildEvent | CallEvent;

export type SuperviseEvent = WaitingEvent | LifeEvent;
