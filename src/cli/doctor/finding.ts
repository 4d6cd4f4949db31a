import { accessSync, constants } from 'node:fs';
import { toErrorRecord } from '../../errors.js';

/** What was found: `ok`, worth knowing, or in the way. */
export interface Finding {
  readonly verdict: 'ok' | 'note' | 'bad';
  readonly check: string;
  readonly found: string;
}

/** Puts a finding together. */
export function finding(verdict: Finding['verdict'], check: string, found: string): Finding {
  return { verdict, check, found };
}

/** A check that could not be made is in the way, for the reason that its error gives. */
export function failed(check: string, error: unknown): Finding {
  return finding('bad', check, toErrorRecord(error).message);
}

/** Whether files can be made in a folder; `before` begins what is said. */
export function writable(check: string, folder: string, before = ''): Finding {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return finding('ok', check, `${before}${folder} is writable`);
  } catch {
    return finding('bad', check, `${before}${folder} is not writable`);
  }
}
