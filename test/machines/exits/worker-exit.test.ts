import { expect, it } from 'vitest';
import { workerExit } from '../../../src/machines/exits/worker-exit.js';
import type { WorkerEnd } from '../../../src/machines/worker/worker.js';

const finished = (output: WorkerEnd) => ({ kind: 'normal', output }) as const;
const killed = { code: null, signal: 'SIGKILL' };

it.each<[string, Partial<WorkerEnd>, string, RegExp]>([
  ['a signal', { exit: killed }, 'ESP_WORKER_EXITED', /killed by SIGKILL/],
  ['an exit code', { exit: { code: 7, signal: null } }, 'ESP_WORKER_EXITED', /exit code 7/],
  ['leaving unasked', { exit: { code: 0, signal: null } }, 'ESP_WORKER_EXITED', /exit code 0.*nobody had asked/],
  ['an end that nobody saw', { exit: null }, 'ESP_WORKER_EXITED', /not seen/],
  ['no start', { cause: 'spawn_failed', error: { code: 'ENOENT', message: 'not there' } }, 'ESP_SPAWN', /not there/],
  ['a boot too long', { cause: 'boot_timeout', exit: killed }, 'ESP_WORKER_BOOT', /ready in time/],
  [
    'words out of protocol',
    { cause: 'protocol_error', error: { code: 'E', message: 'no frame' } },
    'ESP_PROTOCOL',
    /no fr/,
  ],
  ['silence', { cause: 'unresponsive', error: { code: 'E', message: 'silent' } }, 'ESP_WORKER_EXITED', /silent/],
])('%s is the crash of a worker that stays, with what is known of its process', (_, how, code, message) => {
  const end: WorkerEnd = { cause: 'exited', exit: null, served: true, ...how };
  expect(workerExit(finished(end), end, 'protocol', 'no more\n')).toEqual({
    kind: 'crash',
    error: expect.objectContaining({
      code,
      message: expect.stringMatching(message),
      context: { ...end.exit, stderr: 'no more\n' },
    }),
    output: end,
    ...end.exit,
  });
});

it('the end of an execution is its result, with what is known of its process', () => {
  const end: WorkerEnd = { cause: 'exited', exit: killed, served: true };
  expect(workerExit(finished(end), end, 'exec', '')).toEqual({ kind: 'normal', output: end, ...killed });
});

it('a worker that was asked to stop has shut down, with what is known of its process', () => {
  const end: WorkerEnd = { cause: 'stopped', exit: { code: 0, signal: null }, served: true };
  const exit = { kind: 'shutdown', reason: 'enough' } as const;
  expect(workerExit(exit, end, 'protocol', '')).toEqual({ ...exit, code: 0, signal: null });
  expect(workerExit({ kind: 'killed' }, { ...end, exit: null }, 'protocol', '')).toEqual({ kind: 'killed' });
});

it('one that ended as it was asked to has not crashed, and how its actor ended otherwise is not changed', () => {
  const end: WorkerEnd = { cause: 'stopped', exit: { code: 0, signal: null }, served: true };
  expect(workerExit(finished(end), end, 'protocol', '')).toEqual({ ...finished(end), code: 0, signal: null });
  const crash = { kind: 'crash', error: new Error('its own') } as const;
  expect(workerExit(crash, { ...end, cause: 'exited' }, 'protocol', '')).toEqual({ ...crash, code: 0, signal: null });
});
