import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The interpreter of the tests; `ESPALIER_TEST_PYTHON` names another one. What is on the PATH may be a version manager's
 * script, which starts several shells first and costs ten times the interpreter: it is asked once for what it stands for.
 */
export const python = execFileSync(
  process.env.ESPALIER_TEST_PYTHON ?? 'python3',
  ['-c', 'import sys; print(sys.executable)'],
  { encoding: 'utf8' },
).trim();

/** An environment in which a program finds the SDK, and leaves no compiled files beside it. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  const sdk = fileURLToPath(new URL('../../../../sdk/python', import.meta.url));
  return { ...process.env, PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: '1' };
}
