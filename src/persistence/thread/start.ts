import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { workingFolder } from '../../working-folder.js';

/**
 * Starts a thread of the store.
 *
 * @param module the module that it runs
 * @throws EspalierError `ESP_PLATFORM` when the working folder is gone: Node starts no thread there
 */
export function startThread(module: URL, name: string, workerData: unknown): Worker {
  workingFolder();
  // Not a copy of the environment: on a name in it that is not UTF-8, copying ends the process.
  return new Worker(built(module), { name, workerData, execArgv: [], env: SHARE_ENV });
}

/** Threads cannot run TypeScript: when this runs from the sources, as in unit tests, they are started from the build. */
function built(module: URL): URL {
  if (existsSync(fileURLToPath(module))) return module;
  const from = module.href.lastIndexOf('/src/');
  return new URL(`${module.href.slice(0, from)}/dist/${module.href.slice(from + '/src/'.length)}`);
}
