import { EspalierError, isEspalierError, toErrorRecord } from '../../errors.js';
import type { ActorExit } from '../exits/exit.js';

/**
 * The error of a child that did not start. Its context has the child's `path` beside what the cause's own context tells:
 * a worker's last words, say.
 */
export function startError(path: string, cause: unknown): EspalierError {
  return new EspalierError('ESP_START', `${path} did not start: ${toErrorRecord(cause).message}`, {
    cause,
    context: { ...contextOf(cause), path },
  });
}

/**
 * Whether an actor that counted as started says by its end that it never has: a pool of which no worker ever became ready.
 * Such an end is a failed start that shows late. The error names the actor itself: one that merely passes on what
 * happened to another has crashed like any other.
 */
export function isFailedStart(path: string, exit: ActorExit): exit is ActorExit & { readonly kind: 'crash' } {
  if (exit.kind !== 'crash' || !isEspalierError(exit.error)) return false;
  return exit.error.code === 'ESP_START' && exit.error.context.path === path;
}

/** The same failed start, as the end of the supervisor above: its own start is what has failed then. */
export function passedOn(path: string, cause: unknown): EspalierError {
  return new EspalierError('ESP_START', toErrorRecord(cause).message, {
    cause,
    context: { ...contextOf(cause), path },
  });
}

/** What the first child that did not start threw: each supervisor above it has only passed it on. */
export function firstCause(error: unknown): unknown {
  return isEspalierError(error) && error.code === 'ESP_START' && error.cause ? firstCause(error.cause) : error;
}

function contextOf(cause: unknown): EspalierError['context'] {
  return isEspalierError(cause) ? cause.context : {};
}
