import { expect, it } from 'vitest';
import { codeOf, newFile, openHost, runSlot, startRun } from '../../support/world.js';

it('a slot that is committed again adds nothing to its run', async () => {
  const store = await openHost(newFile());
  await startRun(store, ['x', 'y']);
  for (const index of [0, 1]) await runSlot(store, index);
  await store.runs.commit('run', 'host-a', [0], null);
  await store.runs.commit('run', 'host-a', [0, 1], null);
  await store.runs.commit('run', 'host-a', [0, 1], null);
  expect(await store.runs.get('run')).toMatchObject({ position: 2, counts: { succeeded: 2 } });
  expect((await store.runs.rows('run', 0, 10)).map(({ index }) => index)).toEqual([0, 1]);
});

it('a run is complete when every slot of it is committed, and not before', async () => {
  const store = await openHost(newFile());
  await startRun(store, ['x', 'y']);
  const complete = () => store.runs.setStatus('run', 'host-a', ['running'], 'completed');
  for (const index of [0, 1]) {
    expect(await codeOf(complete())).toBe('ESP_CONFLICT');
    await runSlot(store, index);
    expect(await codeOf(complete())).toBe('ESP_CONFLICT');
    await store.runs.commit('run', 'host-a', [index], null);
  }
  expect(await complete()).toBe(true);
  expect(await store.runs.get('run')).toMatchObject({ status: 'completed', counts: { succeeded: 2 } });
});
