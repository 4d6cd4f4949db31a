import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { workingFolder } from '../working-folder.js';

/**
 * Starts a thread of the store.
 *
 * @param path relative to this folder, such as `writer/thread.js`
 * @throws EspalierError `ESP_PLATFORM` when the working folder is gone: Node starts no thread there
 */
export function startThread(path: string, name: string, workerData: unknown): Worker {
  workingFolder();
  // Not a copy of the environment: on a name in it that is not UTF-8, copying ends the process.
  return new Worker(threadFile(path), { name, workerData, execArgv: [], env: SHARE_ENV });
}

/**
 * The file that a thread of the store starts with. Threads cannot run TypeScript: when this module runs from the sources,
 * as in unit tests, they are started from the build beside them.
 */
function threadFile(path: string): URL {
  const here = new URL(path, import.meta.url);
  if (existsSync(fileURLToPath(here))) return here;
  return new URL(`../../dist/persistence/${path}`, import.meta.url);
}
