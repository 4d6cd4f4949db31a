import { lstatSync, realpathSync } from 'node:fs';
import { codeOf } from '../../errors.js';

/** Where a link leads to: SQLite keeps what lies beside a file beside the file itself, not beside a link to it. */
export function withoutLink(path: string): string {
  try {
    return lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  } catch (error) {
    // What is wrong with the path is said by whoever opens it.
    if (codeOf(error) === undefined) throw error;
    return path;
  }
}
