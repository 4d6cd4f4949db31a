import { fileURLToPath } from 'node:url';

/** The interpreter of the tests; `ESPALIER_TEST_PYTHON` names another one. */
export const python = process.env.ESPALIER_TEST_PYTHON ?? 'python3';

/** An environment in which a program finds the SDK, and leaves no compiled files beside it. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  const sdk = fileURLToPath(new URL('../../../../sdk/python', import.meta.url));
  return { ...process.env, PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: '1' };
}
