import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../../src/persistence/store.js';
import { SmallDisk } from '../../support/small-disk.js';
import { codeOf, IDENTITY, journal, openStore } from '../support/world.js';

const DISK_KIB = 500;

const leave = (disk: string, kib: number): void =>
  writeFileSync(join(disk, 'fill'), Buffer.alloc((DISK_KIB - kib) * 1024));

const register = (store: Store) =>
  store.hosts.register({ runId: 'h', name: 'n', identity: IDENTITY, node: 'v', version: '0' });

/** How many of the test's own events are in the journal, which tells of the refusals too once it may. */
const restarts = async (store: Store): Promise<number> =>
  (await journal(store)).filter(({ type }) => type === 'actor.restarted').length;

describe('a full disk', () => {
  it('refuses a new store and leaves nothing behind, however little room there is', async ({ skip }) => {
    const disk = SmallDisk.mount(DISK_KIB)?.path ?? null;
    if (disk === null) return skip('this user may not mount a disk');
    for (const kib of [0, 4, 12, 40, 80]) {
      leave(disk, kib);
      expect(await codeOf(openStore(join(disk, '.espalier', 'store.db'), { mode: 'write' }))).toBe('ESP_STORE_FULL');
      expect(readdirSync(disk)).toEqual(['fill']);
      rmSync(join(disk, 'fill'));
    }
  });

  it('refuses writes whole, keeps what it acknowledged, and takes writes again once there is room', async ({
    skip,
  }) => {
    const disk = SmallDisk.mount(DISK_KIB)?.path ?? null;
    if (disk === null) return skip('this user may not mount a disk');
    const file = join(disk, 'store.db');
    leave(disk, 400);
    const store = await openStore(file, { mode: 'write', runId: 'h' });
    onTestFinished(() => store.close());
    await register(store);
    let published = 0;
    store.journal.onCommit((events) => {
      published += events.length;
    });
    const event = { type: 'actor.restarted', data: { reason: 'x'.repeat(3_000), restarts: 1 } } as const;
    let acknowledged = 0;
    let refused = 0;
    while (refused === 0) {
      const answers = await Promise.allSettled([1, 2, 3].map(() => store.journal.append([event, event])));
      const kept = answers.filter(({ status }) => status === 'fulfilled').length;
      acknowledged += 2 * kept;
      refused += answers.length - kept;
      if (refused > 0) expect(answers[2]).toMatchObject({ reason: { code: 'ESP_STORE_FULL' } });
    }
    expect(acknowledged).toBeGreaterThan(0);
    expect(published).toBe(acknowledged);
    expect(await restarts(store)).toBe(acknowledged);
    rmSync(join(disk, 'fill'));
    await store.journal.append([event]);
    expect(await restarts(store)).toBe(acknowledged + 1);
    expect(await store.check()).toBe('ok');
    expect(existsSync(file)).toBe(true);
  });
});
