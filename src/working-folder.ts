import { isAbsolute, resolve } from 'node:path';
import { EspalierError } from './errors.js';

/** The folder in which stores lie unless they are told another place; Espalier makes no other one unasked. */
export const OWN_FOLDER = '.espalier';

/**
 * A path from the working folder of this process, as an absolute one.
 *
 * @throws EspalierError `ESP_PLATFORM` when the working folder is gone and the path needs it
 */
export function fromWorkingFolder(path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(workingFolder(), path);
}

/**
 * The working folder of this process.
 *
 * @throws EspalierError `ESP_PLATFORM` when it is gone: it was deleted, or may not be looked at
 */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    const message = 'the working folder of this process is gone: change to one that exists, and start again from there';
    throw new EspalierError('ESP_PLATFORM', message, { cause });
  }
}
