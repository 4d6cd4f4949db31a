import type { ProcessExit } from '../../../machines/process/process.js';
import type { LaunchOrder } from '../contract/launcher.js';

/** One started program as its parent holds it, whoever that is: what can be done to it, and what is known of it. */
export interface Program {
  /** Its process, its group and its session. */
  readonly pid: number;
  readonly startTicks: number;
  /** Resolves with its end; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves when the program is collected and its watcher gone: nobody holds the group's number for it any more. */
  readonly over: Promise<void>;
  /** Whether its end was collected: from then on its number may be another's. */
  readonly isReaped: boolean;
  /** Whether its watcher lives: while it does, the group's number belongs to this group. */
  readonly isWatched: boolean;
  /** The tick until which the group certainly held its number: until now, unless it is over. */
  readonly heldUntil: number;
  /** Signals the program alone, if it was not collected. */
  signal(signal: NodeJS.Signals): void;
  /** Kills its group as far as that has a number that is provably its own. More than one call does no harm. */
  kill(): void;
}

/** Starts programs, each with a watcher in its group. */
export interface ProgramStarter {
  /** Rejects with `ESP_SPAWN` when the program did not start. */
  start(order: LaunchOrder): Promise<Program>;
  /** Resolves once it is there to start programs. Asked again before it has answered, what it is made of is woken. */
  answers(): Promise<void>;
  /** What it is made of goes on, should somebody have stopped it. */
  wake(): void;
  /** Ends what it is made of; its programs are gone before. */
  close(): Promise<void>;
}
