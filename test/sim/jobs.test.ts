import { expect, it } from 'vitest';
import { violations } from './checker.js';
import { explore } from './explore.js';
import { playWorld, playWorlds } from './play.js';
import { BEGINNINGS, type Beginning } from './small.js';
import { SimStore } from './store.js';

const SMALL = Object.keys(BEGINNINGS) as Beginning[];

it('in random worlds of hosts that crash, are late, and whose clock jumps, no promise of jobs is broken', () => {
  const { broken } = playWorlds(1, (worlds) => worlds < 16);
  expect([broken?.seed, broken?.found]).toEqual([undefined, undefined]);
});

it.each(SMALL)('in the first states of a small world (%s) no promise of jobs is broken', (name) => {
  const store = new SimStore();
  const { broken, states } = explore(store, name, (known) => known < 40);
  store.close();
  expect(broken?.found).toBeUndefined();
  expect(states).toBeGreaterThanOrEqual(40);
});

it('a world of a seed is the same each time, and its history is judged by itself', () => {
  const store = new SimStore();
  const [one, other] = [playWorld(store, 7), playWorld(store, 7)];
  store.close();
  expect(other.history).toEqual(one.history);
  expect(violations(one.history)).toEqual([]);
  // The same history with one answer left out: what was not acknowledged was done.
  const shorter = one.history.filter(({ calls }) => calls.every(({ name }) => name !== 'jobs.claim'));
  expect(violations(shorter)).not.toEqual([]);
});
