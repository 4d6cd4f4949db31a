import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WORKER_FD, WORKER_FD_VARIABLE } from '../limits.js';

/** Where a Python program finds the SDK; the same below `src` and below `dist`. */
const PYTHON_SDK = fileURLToPath(new URL('../../../../sdk/python', import.meta.url));

/**
 * The environment of a worker program: where its port is, and the SDK that fits this host first on Python's path, so that
 * `from espalier import worker` needs no installation.
 */
export function workerEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const path = env.PYTHONPATH ? `${PYTHON_SDK}${delimiter}${env.PYTHONPATH}` : PYTHON_SDK;
  return { ...env, [WORKER_FD_VARIABLE]: String(WORKER_FD), PYTHONPATH: path };
}
