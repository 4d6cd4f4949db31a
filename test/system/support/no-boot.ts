import { type ProtocolPoolOptions, pool } from 'espalier';
import { expect } from 'vitest';

/** A shell program that says why it cannot boot. */
export const failing = 'echo loading >&2; echo "Error: no model" >&2; exit 3';

/** A pool of workers that do not boot. */
export const broken = (more: Partial<ProtocolPoolOptions> = {}) =>
  pool({ id: 'p', command: ['sh', '-c', failing], size: 2, ...more, mode: 'protocol' });

/** What is said of their boots. */
export const words = 'it ended with exit code 3 before it was ready; its last words: Error: no model';

export const stderr = 'loading\nError: no model\n';

/** What whoever asks that pool is told. */
export const bootError = {
  code: 'ESP_WORKER_BOOT',
  message: expect.stringContaining(words),
  context: { path: expect.stringMatching(/^\/(g\/)?p\/workers\/[12]$/), boots: 5, stderr },
};

export const thrown = (promise: Promise<unknown>) =>
  promise.then(() => 'nothing was thrown').catch((error: unknown) => error);
