import { expect, it } from 'vitest';
import { slotJobId } from '../../../../src/machines/ids/job-id.js';
import { ended, journal, lostAttempt, newFile, openHost, startRun } from '../../support/world.js';

const worker = { path: '/w/workers/1/worker', incarnation: 2, pid: 5 };

/** An attempt without a process of its own. */
async function call() {
  const store = await openHost(newFile());
  await startRun(store, ['x']);
  const [claimed] = await store.attempts.claim('host-a', [{ jobId: slotJobId('run', 0), process: null }]);
  if (!claimed) throw new Error('not claimed');
  return { store, claimed };
}

const of = async (store: Parameters<typeof journal>[0], type: string) =>
  (await journal(store)).filter((event) => event.type === type);

it('that a worker has an attempt is journalled with the worker, once for each that had it, and no more once it ended', async () => {
  const { store, claimed } = await call();
  expect(await store.attempts.started('host-a', claimed, worker)).toBe('recorded');
  expect(await store.attempts.started('host-a', claimed, { ...worker, path: '/w/workers/2/worker' })).toBe('recorded');
  await store.attempts.finish('host-a', ended(claimed));
  expect(await store.attempts.started('host-a', claimed, worker)).toBe('late');
  const ctx = { run: 'run', job: 'run:0', attempt: 1 };
  expect(await of(store, 'attempt.started')).toMatchObject([
    { path: worker.path, incarnation: 2, ctx, data: { jobId: 'run:0', attempt: 1, pid: 5 } },
    { path: '/w/workers/2/worker', ctx },
  ]);
  expect(await of(store, 'attempt.late')).toEqual([]);
});

it('a host that was declared dead says nothing more of where its attempts run', async () => {
  const { store, other, lost } = await lostAttempt();
  expect(await store.attempts.started('host-a', lost, worker)).toBe('late');
  expect(await of(other, 'attempt.started')).toEqual([]);
});

it('a call that was lost was lost with its worker, and took as long as that had it', async () => {
  const { store, claimed } = await call();
  const { exit: _, output: __, ...end } = ended(claimed);
  await store.attempts.finish('host-a', { ...end, exit: null, outcome: 'failed', lost: true, durationMs: 40 });
  expect(await of(store, 'attempt.lost')).toMatchObject([
    { data: { reason: 'its worker ended while it had the call' } },
  ]);
  expect(await store.runs.slot('run', 0)).toMatchObject({ attempts: [{ state: 'lost', ranMs: 40 }] });
});

it('a call that no worker had took no time', async () => {
  const { store, claimed } = await call();
  const { exit: _, output: __, ...end } = ended(claimed);
  await store.attempts.finish('host-a', { ...end, exit: null, outcome: 'failed', durationMs: null });
  expect(await store.runs.slot('run', 0)).toMatchObject({ attempts: [{ state: 'failed', ranMs: null }] });
});
