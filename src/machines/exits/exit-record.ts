import { asked, type ErrorRecord, isError, messageOf, textOf, toErrorRecord } from '../../errors.js';
import { isPlain } from '../../json/plain.js';
import { isWorkerEnd } from '../worker/worker.js';
import type { ActorExit } from './exit.js';

/** What is kept of an exit for those who look: plain data. */
export interface ExitRecord {
  readonly kind: ActorExit['kind'];
  readonly error?: ErrorRecord;
  readonly reason?: unknown;
  /** A worker's alone: what others put out is nobody's to see. */
  readonly output?: unknown;
  readonly code?: number | null;
  readonly signal?: string | null;
}

/** An exit as plain data, whatever its actor threw or was rest. JSON would leave nothing of an error. */
export function toExitRecord(exit: ActorExit): ExitRecord {
  const { kind, ...rest } = exit;
  const { code, signal } = exit;
  return {
    kind,
    ...('error' in rest ? { error: toErrorRecord(rest.error) } : {}),
    ...('reason' in rest ? { reason: plain(rest.reason) } : {}),
    ...('output' in rest && isWorkerEnd(rest.output) ? { output: rest.output } : {}),
    ...(code === undefined ? {} : { code }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function plain(reason: unknown): unknown {
  if (reason === undefined || isError(reason)) return messageOf(reason);
  return asked(() => isPlain(reason)) ? reason : textOf(reason);
}
