/** Why a worker's process was made to end; `exited` when it ended by itself. */
export const WORKER_CAUSES = [
  'exited',
  'spawn_failed',
  'stopped',
  'timed_out',
  'boot_timeout',
  'protocol_error',
  'unresponsive',
] as const;

export type WorkerCause = (typeof WORKER_CAUSES)[number];
