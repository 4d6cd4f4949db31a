import { expect, it } from 'vitest';
import { claim, ended, newFile, openHost, POLICY, startRun } from '../../support/world.js';

const big = { id: 738527931269425001n, list: [-(2n ** 64n), 2 ** 60, 0.1] };

it('integers of any size come back from a slot, its row, a result and an origin as they were', async () => {
  const store = await openHost(newFile());
  await startRun(store, [big, '{"id":738527931269425001}']);
  const claimed = await claim(store, 0);
  expect(claimed.input).toEqual(big);
  await store.attempts.finish('host-a', ended(claimed, { result: big }));
  await store.runs.commit('run', 'host-a', [0], null);
  const [row] = await store.runs.rows('run', 0, 1);
  expect(row).toMatchObject({ input: big, result: big });
  expect(await store.runs.runDigest('run')).toMatch(/^[0-9a-f]{64}$/);
  const made = { run: 'other', name: null, pool: '/p', policy: POLICY, origin: big, owner: 'host-a' };
  await store.runs.create(made);
  expect(await store.runs.get('other')).toMatchObject({ origin: big });
});

it('an input that JSON would change is refused by its place, counted from the first of the run', async () => {
  const store = await openHost(newFile());
  await store.runs.create({ run: 'run', name: null, pool: '/p', policy: POLICY, origin: null, owner: 'host-a' });
  const adding = store.runs.addSlots('run', [1, { rows: [Number.NaN] }], 2000);
  await expect(adding).rejects.toThrow('input 2001.rows[0] is NaN');
});
