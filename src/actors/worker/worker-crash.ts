import type { WorkerCrash } from '../../machines/events.js';
import { endOf } from '../../machines/text/last-words.js';
import type { WorkerEnd, WorkerMode } from '../../machines/worker/worker.js';
import type { LastMemory } from './memory-watch.js';
import type { SeatProcessIdentity } from './seat-driver.js';

/** What is kept of a worker's last words, in characters. */
const KEPT_STDERR = 2048;

/** The last words in what a worker wrote to standard error. */
export function lastWords(stderr: string): string {
  return endOf(stderr, KEPT_STDERR);
}

/**
 * Whether nobody had asked for this end. An execution ends by itself, and its end is a result; only SIGKILL, which no
 * program sends itself, needs a witness.
 */
export function isUnasked({ cause, exit }: WorkerEnd, mode: WorkerMode): boolean {
  if (mode === 'exec') return cause === 'exited' && exit?.signal === 'SIGKILL';
  return cause !== 'stopped';
}

/** What is journalled of such an end. */
export function workerCrash(
  { cause, exit, error, served }: WorkerEnd,
  { spawnId, pid }: SeatProcessIdentity,
  memory: LastMemory | null,
  stderr: string,
): WorkerCrash {
  return {
    spawnId,
    pid,
    cause,
    code: exit?.code ?? null,
    signal: exit?.signal ?? null,
    error: error ?? null,
    served,
    stderr: lastWords(stderr),
    rssBytes: memory?.rssBytes ?? null,
    // Our own kills say nothing of the kernel's.
    oomKills: cause === 'exited' ? (memory?.oomKills ?? 0) : 0,
  };
}
