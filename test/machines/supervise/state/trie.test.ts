import fc from 'fast-check';
import { expect, it } from 'vitest';
import { get, remove, set, type Trie, values } from '../../../../src/machines/supervise/state/trie.js';
import { samples } from '../../../effort.js';

/** Two strings with one and the same FNV-1a hash, so that collisions are among what is tried. */
const colliding = ['costarring', 'liquid'];
const key = fc.oneof(fc.constantFrom(...colliding, 'a', 'b', 'c'), fc.string({ maxLength: 3 }));

function size(trie: Trie<number>): number {
  if (!trie) return 0;
  return 'branches' in trie ? 1 + trie.branches.reduce((sum, branch) => sum + size(branch), 0) : 1;
}

it('answers as a Map does, and keeps every earlier version', () => {
  const change = fc.record({ key, value: fc.option(fc.nat()) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      let trie: Trie<number>;
      const map = new Map<string, number>();
      const versions: [Trie<number>, Map<string, number>][] = [];
      for (const { key, value } of changes) {
        trie = value === null ? remove(trie, key) : set(trie, key, value);
        if (value === null) map.delete(key);
        else map.set(key, value);
        versions.push([trie, new Map(map)]);
      }
      for (const [version, expected] of versions) {
        expect(values(version).sort()).toEqual([...expected.values()].sort());
        for (const { key } of changes) expect(get(version, key)).toBe(expected.get(key));
      }
    }),
    { numRuns: samples(1000) },
  );
});

it('leaves nothing behind when all keys are gone', () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `child-${index}`);
  let trie = keys.reduce<Trie<number>>((all, each, index) => set(all, each, index), undefined);
  expect(size(trie)).toBeGreaterThan(1000);
  for (const each of keys) trie = remove(trie, each);
  expect(trie).toBeUndefined();
});

it('keeps keys of the same hash apart', () => {
  const both = colliding.reduce<Trie<number>>((all, each, index) => set(all, each, index), undefined);
  expect(colliding.map((each) => get(both, each))).toEqual([0, 1]);
  expect(values(remove(both, 'liquid'))).toEqual([0]);
});
