import { type ErrorRecord, toErrorRecord } from '../errors.js';
import type { ActorExit } from './exit.js';
import { isWorkerEnd } from './worker.js';

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

/** An exit as plain data, whatever its actor threw or was told. JSON would leave nothing of an error. */
export function toExitRecord(exit: ActorExit): ExitRecord {
  const { kind, ...told } = exit;
  const { code, signal } = exit;
  return {
    kind,
    ...('error' in told ? { error: toErrorRecord(told.error) } : {}),
    ...('reason' in told ? { reason: plain(told.reason) } : {}),
    ...('output' in told && isWorkerEnd(told.output) ? { output: told.output } : {}),
    ...(code === undefined ? {} : { code }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function plain(reason: unknown): unknown {
  if (reason instanceof Error) return toErrorRecord(reason).message;
  try {
    return JSON.stringify(reason) === undefined ? String(reason) : reason;
  } catch {
    // A circle, or a big integer: its type is all that can be told of it.
    return typeof reason;
  }
}
