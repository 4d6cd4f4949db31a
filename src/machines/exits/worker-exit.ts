import { type ErrorCode, EspalierError } from '../../errors.js';
import type { WorkerEnd, WorkerMode } from '../worker/worker.js';
import type { WorkerCause } from '../worker/worker-cause.js';
import type { ActorExit } from './exit.js';
import { judge } from './outcome.js';

const CODES: Readonly<Record<WorkerCause, ErrorCode>> = {
  exited: 'ESP_WORKER_EXITED',
  stopped: 'ESP_STOPPED',
  timed_out: 'ESP_TIMEOUT',
  spawn_failed: 'ESP_SPAWN',
  boot_timeout: 'ESP_WORKER_BOOT',
  protocol_error: 'ESP_PROTOCOL',
  unresponsive: 'ESP_WORKER_EXITED',
};

/**
 * How a worker has ended as an actor, by how its process did. An end that nobody asked for is a crash, exit code 0 too;
 * in an exec pool it is the result of the execution.
 *
 * @param exit how its machine ended
 * @param stderr its last words
 */
export function workerExit(exit: ActorExit, end: WorkerEnd, mode: WorkerMode, stderr: string): ActorExit {
  if (exit.kind !== 'normal' || mode === 'exec' || end.cause === 'stopped') return { ...exit, ...end.exit };
  const verdict = judge(end, null);
  const message = 'error' in verdict ? verdict.error.message : 'exit code 0, and nobody had asked it to leave';
  const error = new EspalierError(CODES[end.cause], message, { context: { ...end.exit, stderr } });
  return { kind: 'crash', error, output: end, ...end.exit };
}
