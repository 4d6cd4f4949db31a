import type { EspalierError } from '../../../errors.js';
import type { ProcessExit } from '../../../machines/process/process.js';
import type { SweepReport } from './spawner.js';

/** One program to start, as it crosses from the host to whoever forks. All paths are absolute. */
export interface LaunchOrder {
  readonly spawnId: string;
  readonly label: string;
  readonly command: readonly [string, ...string[]];
  /** What the program is called by, if not `command[0]`: a word that leads there by its PATH or from its folder. */
  readonly argv0?: string | undefined;
  readonly cwd: string;
  /** Of many programs: it is sent once. */
  readonly env: Readonly<Record<string, string>>;
  /** Of this one alone, beside that or in place of it. */
  readonly own?: Readonly<Record<string, string>> | undefined;
  /** The whole value of the cookie variable. */
  readonly cookie: string;
  /** The FIFO pair, whose read ends the host has open. */
  readonly pair: number;
  /** A file to read standard input from; it is unlinked. Null: /dev/null. */
  readonly stdin: string | null;
  /** The one-time token that introduces the port, or null for no port. */
  readonly port: string | null;
}

/** A pair of FIFOs for stdout and stderr, made but not yet used. */
export interface Reservation {
  readonly generation: number;
  readonly pair: number;
}

/** A started program. */
export interface Launched {
  readonly pid: number;
  readonly startTicks: number;
  /**
   * Its group was killed, as it is when the program ends: nothing of it lives. Null when the launcher died first. Rejects
   * with `ESP_QUARANTINED` when that could not be proven.
   */
  readonly ended: Promise<GroupEnd | null>;
}

/** How a group came to its end. */
export interface GroupEnd {
  /** The tick until which the group, and so its session's number, was certainly held by it. */
  readonly pinnedUntil: number;
}

/**
 * The number of a spawn's session, and the ticks between which nobody else could have it. A process that began between
 * them in that session was born into it, so it is ours even without a cookie.
 */
export interface HeldSession {
  readonly pid: number;
  readonly startTicks: number;
  readonly pinnedUntil: number;
}

/** What a sweep looks for. */
export interface SweepTarget {
  /** Cookie entries; one that ends with a dot means all that begin so. */
  readonly cookies: readonly string[];
  /** No process that began before this tick can be meant. */
  readonly startTicks: number;
  readonly sessions: readonly HeldSession[];
}

/**
 * Forks programs and acts on them: in the forker process, or in the host itself. Both spawners drive one of these.
 */
export interface Launcher {
  /** Takes a FIFO pair; waits while more are made. Rejects with `ESP_SPAWN` when none can be made, or `NotStarted`. */
  reserve(): Promise<Reservation>;
  /** Rejects with `ESP_SPAWN` when the program did not start, `ESP_WORKER_EXITED` when nobody knows, `ESP_STOPPED` when closing, or `NotStarted`. */
  launch(order: LaunchOrder, generation: number): Promise<Launched>;
  /** Sends a signal to the program itself if its end was not seen yet. */
  signal(spawnId: string, signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void;
  /** Ends the group of a program and waits for that. Null when it is not known any more, because it ended before. */
  killGroup(spawnId: string, generation: number): Promise<GroupEnd | null>;
  sweep(target: SweepTarget, generation: number): Promise<SweepReport>;
  /** Ends everything, guardian included, and proves it gone. Idempotent. */
  close(): Promise<void>;
}

/** Nothing of the program was started, and another launcher may try: the one asked was gone before it was asked. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted';

  constructor(readonly why: EspalierError) {
    super(why.message);
  }
}

/** What a launcher tells on its own. */
export interface LauncherEvents {
  /** The program ended. Once per launch; both null when nobody saw how. */
  exited(spawnId: string, exit: ProcessExit): void;
}

/** The files of a FIFO pair, inside the host's folder. */
export function fifoNames(generation: number, pair: number): readonly [stdout: string, stderr: string] {
  return [`${generation}-${pair}.out`, `${generation}-${pair}.err`];
}

/** The name of the port socket, inside the host's folder. */
export const PORT_SOCKET = 'port';
