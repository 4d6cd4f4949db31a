import { expect, it } from 'vitest';
import { seenRuns } from '../../../src/inspection/shown/seen-runs.js';
import { newFile, openHost, runSlot, startRun } from '../../persistence/support/world.js';

it('rows have their places in the order of commits, whichever are asked for', async () => {
  const store = await openHost(newFile());
  await startRun(store, ['a', 'b', 'c']);
  for (const index of [0, 1, 2]) await runSlot(store, index);
  await store.runs.commit('run', 'host-a', [0, 1, 2], null);
  const seen = seenRuns(store, null);
  const places = async (from: number | 'newest', limit = 10) =>
    (await seen.rows('run', from, limit)).map(({ index, position }) => [index, position]);
  expect(await places('newest')).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  expect(await places(0)).toEqual(await places('newest'));
  expect(await places(1, 1)).toEqual([[1, 2]]);
});
