import type { Readable } from 'node:stream';
import type { ProcessExit, ProcessIdentity } from '../../../machines/process/process.js';

/** What to start. `command[0]` is resolved and executable; arguments and environment pass unchanged. */
export interface SpawnRequest {
  /** Unique within the host; the last part of the process's cookie. */
  readonly spawnId: string;
  /** Shown by `ps` in front of the command, for people. */
  readonly label: string;
  readonly command: readonly [string, ...string[]];
  /** What the program is called by, its `argv[0]`: a word that leads to `command[0]`. That itself without it. */
  readonly argv0?: string | undefined;
  readonly cwd: string;
  /** The environment of the process; the spawner adds only what is its own, and the cookie. */
  readonly env: Readonly<Record<string, string>>;
  /** What this process alone has beside that, or in place of it. */
  readonly own?: Readonly<Record<string, string>> | undefined;
  /** Bytes for standard input; without them it is /dev/null. */
  readonly stdin?: Uint8Array | undefined;
  /** Whether fd 3 is a duplex port to the host. */
  readonly port?: boolean | undefined;
  /** Gives it up while it waits to be started, because the machine is short of something; it then rejects with `ESP_STOPPED`. */
  readonly signal?: AbortSignal | undefined;
}

/** What a sweep for cookies found. */
export interface SweepReport {
  /** Pids that were proven ours and killed. */
  readonly killed: readonly number[];
  /** Pids that may be ours and cannot be proven so. */
  readonly suspects: readonly { readonly pid: number; readonly reason: string }[];
  /** Whether the last two passes found nothing of ours alive. */
  readonly clean: boolean;
}

/** One started process, and the only way to act on it. Every method is safe after its end. */
export interface SpawnedProcess {
  readonly spawnId: string;
  readonly identity: ProcessIdentity;
  readonly generation: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The duplex port, if one was asked for. */
  readonly port: import('node:stream').Duplex | null;
  /**
   * Resolves once, with the exact code or signal; never rejects. A spawner that dies answers both null. What the program
   * leaves in its group is killed at its end; `killGroup` tells when that is done.
   */
  readonly exited: Promise<ProcessExit>;
  /** Sends a signal to this process alone, if it still lives. */
  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void;
  /** Kills the process's group with SIGKILL from inside, and resolves when the group was seen to end. */
  killGroup(): Promise<void>;
  /** Kills what carries this process's cookie outside the group, until two passes are clean. Concurrent calls share passes. */
  sweep(): Promise<SweepReport>;
}

/** Starts processes so that none outlives the host. Implementations: `forker` (the default) and `direct`. */
export interface Spawner extends AsyncDisposable {
  /**
   * Rejects with `ESP_SPAWN` when the program did not start, with `ESP_WORKER_EXITED` when its forker died meanwhile and nobody
   * knows, with `ESP_STOPPED` after `close`. Waits as long as the machine
   * is short of files, processes, memory or room, which is no failure of the program.
   */
  spawn(request: SpawnRequest): Promise<SpawnedProcess>;
  /** Kills everything it started, resolves when all of it is gone. Idempotent. */
  close(): Promise<void>;
}
