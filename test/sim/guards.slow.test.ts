import { expect, it } from 'vitest';
import { GUARDS, OUTDATED, without } from './guards.js';
import { playWorlds } from './play.js';

const MOST = 600;

it.each(Object.entries(GUARDS))('the simulator finds it where it is not true that %s', (_, removed) => {
  const { broken } = playWorlds(1, (worlds) => worlds < MOST, without(removed));
  expect(broken?.found).toBeDefined();
});

it('knowledge of a job that is older than its end does no harm: the change of its state is tested', () => {
  const { broken } = playWorlds(1, (worlds) => worlds < 40, without(OUTDATED));
  expect(broken?.found ?? []).toEqual([]);
});
