import { describe, expect, it } from 'vitest';
import { TransientMap } from '../src/transient-map.js';
import { outliving } from './support/collections.js';

describe('a transient map', () => {
  it('holds what was set under its key, in the order of the keys', () => {
    const map = new TransientMap<string, number | undefined>();
    map.set('b', 1);
    map.set('a', undefined);
    map.set('b', 2);
    expect([...map]).toEqual([
      ['b', 2],
      ['a', undefined],
    ]);
    expect([[...map.keys()], [...map.values()], map.size]).toEqual([['b', 'a'], [2, undefined], 2]);
    expect([map.get('b'), map.get('c'), map.has('a'), map.has('c')]).toEqual([2, undefined, true, false]);
  });

  it('gives up what is deleted or taken, once', () => {
    const map = new TransientMap<number, string>();
    map.set(1, 'one');
    map.set(2, 'two');
    expect([map.delete(1), map.delete(1), map.take(2), map.take(2), map.size]).toEqual([
      true,
      false,
      'two',
      undefined,
      0,
    ]);
  });

  it('can be emptied, and what is under way in it ends with it', () => {
    const map = new TransientMap<number, string>();
    map.set(1, 'one');
    map.set(2, 'two');
    const values = map.values();
    expect(values.next().value).toBe('one');
    map.clear();
    expect([values.next().done, map.size, [...map]]).toEqual([true, 0, []]);
  });

  it('lets entries come and go while it is gone through', () => {
    const map = new TransientMap<number, number>();
    for (const n of [1, 2, 3]) map.set(n, n);
    const seen: number[] = [];
    for (const [key] of map) {
      seen.push(key);
      if (key !== 1) continue;
      map.delete(2);
      map.set(4, 4);
    }
    expect(seen).toEqual([1, 3, 4]);
  });

  it('keeps nothing of what was in it from a quick collection', async () => {
    const map = new TransientMap<number, unknown>();
    const bytes = await outliving(2000, (index) => {
      map.set(index, new Array(500).fill(index));
      map.delete(index - 4);
    });
    // A plain Map keeps each of these 4 000 bytes.
    expect(bytes).toBeLessThan(400);
  });
});
