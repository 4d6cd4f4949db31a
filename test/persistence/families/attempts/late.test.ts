import { expect, it } from 'vitest';
import { claim, ended, journal, lostAttempt, newFile, openHost, startRun } from '../../support/world.js';

it('the result of an attempt whose host was declared dead is told, and changes nothing', async () => {
  const { store, other, lost } = await lostAttempt();
  expect(await store.attempts.finish('host-a', ended(lost))).toBe('late');
  // Queued again, as it was before.
  expect([...(await other.runs.plan('run'))]).toEqual([0]);
  const late = (await journal(other)).filter(({ type }) => type === 'attempt.late');
  expect(late).toMatchObject([{ data: { attempt: lost.attempt, outcome: 'succeeded' } }]);
});

it('an attempt ends once: a second result is told, and changes nothing', async () => {
  const store = await openHost(newFile());
  await startRun(store, ['x']);
  const claimed = await claim(store, 0);
  expect(await store.attempts.finish('host-a', ended(claimed))).toBe('recorded');
  const again = ended(claimed, { outcome: 'failed', exit: { code: 1, signal: null } });
  expect(await store.attempts.finish('host-a', again)).toBe('late');
  await store.runs.commit('run', 'host-a', [0], null);
  expect(await store.runs.rows('run', 0, 10)).toMatchObject([{ index: 0, status: 'succeeded', attempts: 1 }]);
  const ends = (await journal(store)).filter(({ type }) => type === 'attempt.ended');
  expect(ends).toMatchObject([{ data: { outcome: 'succeeded' } }]);
});
