import { describe, expect, it } from 'vitest';
import { codeOf, newFile, openHost } from '../../support/world.js';

const hour = { ttlMs: 3_600_000, quota: 2 };

describe('sessions', () => {
  it('keep their data for every host of the store, until they are removed', async () => {
    const file = newFile();
    const store = await openHost(file);
    await store.sessions.put('s1', { turns: 1 }, hour);
    await store.sessions.put('s1', { turns: 2 }, hour);
    const other = await openHost(file, 'host-b');
    expect(await other.sessions.get('s1')).toMatchObject({ session: 's1', data: { turns: 2 }, ttlMs: 3_600_000 });
    expect([await other.sessions.remove('s1'), await other.sessions.remove('s1')]).toEqual([true, false]);
    expect(await store.sessions.get('s1')).toBeNull();
  });

  it('are refused beyond the quota; those that are there can still be written', async () => {
    const store = await openHost(newFile());
    await store.sessions.put('a', 1, hour);
    await store.sessions.put('b', 1, hour);
    expect(await store.sessions.put('c', 1, hour)).toBe('quota');
    expect(await store.sessions.put('b', 2, hour)).toMatchObject({ data: 2 });
    expect((await store.sessions.list()).map(({ session, data }) => [session, data])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('that have run out are not there, keep nothing for their successor, and make room', async () => {
    const store = await openHost(newFile());
    const first = await store.sessions.put('a', 1, { ttlMs: 1, quota: 1 });
    if (first === 'quota') throw new Error('refused');
    while ((await store.sessions.get('a')) !== null);
    expect(await store.sessions.touch('a')).toBe(false);
    expect(await store.sessions.list()).toEqual([]);
    expect(await store.sessions.put('b', 1, { ttlMs: 3_600_000, quota: 1 })).toMatchObject({ session: 'b' });
    expect([await store.sessions.removeExpired(), await store.sessions.removeExpired()]).toEqual([1, 0]);
    const again = await store.sessions.put('a', 2, { ttlMs: 3_600_000, quota: 2 });
    expect(again).not.toBe('quota');
    if (again !== 'quota') expect(again.createdAt).toBeGreaterThan(first.createdAt);
  });

  it('live on when they are touched', async () => {
    const store = await openHost(newFile());
    await store.sessions.put('a', 1, hour);
    expect(await store.sessions.touch('a')).toBe(true);
    expect(await store.sessions.touch('b')).toBe(false);
  });

  it('hold JSON alone', async () => {
    const store = await openHost(newFile());
    for (const data of [() => 1, undefined, { at: new Map() }, [Number.NaN], Buffer.from('a'), new Error('x')]) {
      expect(await codeOf(store.sessions.put('a', data, hour))).toBe('ESP_INVALID');
    }
    await expect(store.sessions.put('a', { n: [Infinity] }, hour)).rejects.toThrow('session a.n[0] is Infinity');
  });

  it('keep integers of any size', async () => {
    const store = await openHost(newFile());
    await store.sessions.put('a', { id: 2n ** 64n, n: 2 ** 60 }, hour);
    expect(await store.sessions.get('a')).toMatchObject({ data: { id: 2n ** 64n, n: 2 ** 60 } });
  });
});
