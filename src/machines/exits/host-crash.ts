import type { CrashRecord } from './crash-record.js';

/** How a host came to its end without stopping its system, as far as its process could still say. */
export const HOST_CRASH_ORIGINS = ['uncaughtException', 'unhandledRejection', 'exit'] as const;

export interface HostCrash {
  readonly origin: (typeof HOST_CRASH_ORIGINS)[number];
  /** The exit code of an `exit`; null when it is not known yet. */
  readonly code: number | null;
  /** What was thrown; null for an `exit`. */
  readonly error: CrashRecord | null;
}

/** It in one clause, whose subject is the host. */
export function tellHostCrash({ origin, code, error }: HostCrash): string {
  const what = error === null ? 'an unknown error' : `${error.message} (${error.code})`;
  switch (origin) {
    case 'uncaughtException':
      return `ended by an uncaught exception: ${what}`;
    case 'unhandledRejection':
      return `ended by a rejection that nobody handled: ${what}`;
    case 'exit':
      return `left with exit code ${code ?? 'unknown'} without stopping its system`;
    default:
      return origin satisfies never;
  }
}
