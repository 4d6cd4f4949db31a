import type { JobId } from '../../machines/ids/job-id.js';
import type { WorkerEvent } from '../../machines/worker/worker.js';

/** What a worker starts, and as what it is registered. */
export interface WorkerPlan {
  readonly spawnId: string;
  readonly jobId: JobId | null;
  readonly attempt: number | null;
  readonly command: readonly [string, ...string[]];
  /** What the program is called by. */
  readonly argv0?: string | undefined;
  /** The command as it is registered and shown: with the names of secret fields instead of their values. */
  readonly shownCommand: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What it alone has in its environment, beside that or in place of it. */
  readonly own?: Readonly<Record<string, string>> | undefined;
  readonly stdin?: Uint8Array | undefined;
  readonly port?: boolean;
}

/** Reaches the machine of a worker while it lives. */
export type Tell = (event: WorkerEvent) => void;
