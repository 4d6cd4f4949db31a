import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The file that a thread of the store starts with. Threads cannot run TypeScript: when this module runs from the sources,
 * as in unit tests, they are started from the build beside them.
 *
 * @param path relative to this folder, such as `writer/thread.js`
 */
export function threadFile(path: string): URL {
  const here = new URL(path, import.meta.url);
  if (existsSync(fileURLToPath(here))) return here;
  return new URL(`../../dist/persistence/${path}`, import.meta.url);
}
