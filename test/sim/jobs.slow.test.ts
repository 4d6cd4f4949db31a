import { expect, it } from 'vitest';
import { explore } from './explore.js';
import { playWorlds } from './play.js';
import { seedOfCommit } from './seed.js';
import { BEGINNINGS, type Beginning } from './small.js';
import { SimStore } from './store.js';

const SMALL = Object.keys(BEGINNINGS) as Beginning[];

/** Whether there is time left, from now on. */
function forSeconds(seconds: number): () => boolean {
  const until = performance.now() + seconds * 1000;
  return () => performance.now() < until;
}

it('in as many random worlds as a minute gives no promise of jobs is broken', () => {
  const { worlds, broken } = playWorlds(seedOfCommit(), forSeconds(60));
  console.log(`${worlds} worlds`);
  // Played again, with its script, by: npm run sim -- --seed N
  expect([broken?.seed, broken?.found]).toEqual([undefined, undefined]);
});

it.each(SMALL)('in as many states of a small world (%s) as some seconds give no promise of jobs is broken', (name) => {
  const store = new SimStore();
  const { states, broken } = explore(store, name, forSeconds(5));
  store.close();
  console.log(`${states} states of ${name}`);
  expect(broken?.found).toBeUndefined();
});
