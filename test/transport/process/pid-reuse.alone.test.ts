import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSystem, openReader, pool, sweep } from 'espalier';
import { afterEach, describe, expect, it } from 'vitest';
import type { ForkerSpawner } from '../../../src/transport/process/forker/client.js';
import { OtherHost, tamper } from '../../system/support/other-host.js';
import { folder, remains } from '../../system/support/support.js';
import { createForkerSpawner } from './built.js';
import { canChoosePids, impostor } from './innocents.js';
import { groupMembers, lives, newRunId, request, until } from './support.js';

/** Four phases of so many: a hundred innocents in all. */
const EACH = 25;
const MINUTES = { timeout: 600_000 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function innocents(pids: readonly number[]): Promise<readonly number[]> {
  // From the highest down: who helps to take one gets the number after the last one, and must not sit on the next.
  for (const pid of [...pids].sort((a, b) => b - a)) {
    const one = await impostor(pid);
    cleanups.push(() => lives(one.pid) && one.end());
  }
  return pids;
}

/** A spawner with programs that are over, and whose pids innocents have got. */
async function spent() {
  const runId = newRunId();
  const spawner: ForkerSpawner = await createForkerSpawner({ runId });
  cleanups.push(() => spawner.close());
  const children = await Promise.all(Array.from({ length: EACH }, () => spawner.spawn(request(['/bin/true']))));
  await Promise.all(children.map(async (child) => [await child.exited, await child.killGroup()]));
  const pids = await innocents(children.map(({ identity }) => identity.pid));
  return { runId, spawner, children, pids };
}

const survivors = (pids: readonly number[]) => pids.filter(lives).length;

describe.skipIf(!canChoosePids())('innocents that were forced into the pids of our processes', () => {
  it('survive group kill, signal and sweep', MINUTES, async () => {
    const { children, pids } = await spent();
    for (const child of children) {
      child.signal('SIGTERM');
      await child.killGroup();
      expect(await child.sweep()).toEqual({ killed: [], suspects: [], clean: true });
    }
    expect(survivors(pids)).toBe(EACH);
  });

  it('survive the restart of the forker, which sweeps what the last one held', MINUTES, async () => {
    const { spawner, children, pids } = await spent();
    const { generation, identity } = spawner;
    process.kill(identity.pid, 'SIGKILL');
    await Promise.all(children.map((child) => child.killGroup()));
    expect((await children[0]?.sweep())?.killed).toEqual([]);
    expect(spawner.generation).toBe(generation + 1);
    expect(survivors(pids)).toBe(EACH);
  });

  it('survive the stop of the host', MINUTES, async () => {
    const { spawner, pids } = await spent();
    const running = await spawner.spawn(request(['/bin/sleep', '300']));
    for (const member of groupMembers(running.identity.pid)) {
      if (member !== running.identity.pid) process.kill(member, 'SIGKILL');
    }
    await spawner.close();
    expect(existsSync(spawner.directory)).toBe(false);
    expect(lives(running.identity.pid)).toBe(false);
    expect(survivors(pids)).toBe(EACH);
  });

  it('survive the janitor, and the journal says what was expected and what was found', MINUTES, async () => {
    const store = join(folder(), 'store.db');
    const dead = await OtherHost.start(
      store,
      Array.from({ length: EACH }, () => 'exec sleep 300'),
    );
    const registered = async () => {
      await using reader = await openReader(store);
      return (await reader.processes.present()).filter(
        ({ runId, identity }) => runId === dead.runId && identity !== null,
      );
    };
    while ((await registered()).length < EACH) await new Promise((resolve) => setTimeout(resolve, 50));
    const before = await registered();
    await dead.die();
    await until('its programs are gone', () => remains(dead.runId).length === 0, 20_000);
    const pids = await innocents(before.map(({ identity }) => identity?.pid ?? 0));
    const report = await sweep(store);
    expect(report.registrations.map(({ outcome }) => outcome.kind)).toEqual(before.map(() => 'pid_reused'));
    expect(survivors(pids)).toBe(EACH);
    await using reader = await openReader(store);
    const told: unknown[] = [];
    for await (const { type, data } of reader.journal.tail({ follow: false }))
      if (type === 'process.pid_reused') told.push(data);
    expect(told).toHaveLength(EACH);
    expect(told).toEqual(
      expect.arrayContaining(
        before.map(({ spawnId, identity }) =>
          expect.objectContaining({
            spawnId,
            expected: identity,
            found: expect.objectContaining({ pid: identity?.pid }),
          }),
        ),
      ),
    );
  });

  it('that even began in the same tick are suspect, and survive', MINUTES, async () => {
    const store = join(folder(), 'store.db');
    const dead = await OtherHost.start(store, ['exec sleep 300']);
    await until('it runs', () => remains(dead.runId).length > 3, 20_000);
    await using reader = await openReader(store);
    const live = async () => (await reader.processes.present()).find(({ identity }) => identity !== null);
    while ((await live()) === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    const row = await live();
    await dead.die();
    await until('its programs are gone', () => remains(dead.runId).length === 0, 20_000);
    const [pid = 0] = await innocents([row?.identity?.pid ?? 0]);
    const { readIdentity } = await import('../../../src/transport/process/proc/identity.js');
    tamper(
      store,
      'UPDATE processes SET identity = ? WHERE spawn_id = ?',
      JSON.stringify(readIdentity(pid)),
      row?.spawnId ?? '',
    );
    const system = await createSystem({
      name: 'next',
      store,
      children: [pool({ id: 'p', mode: 'exec', command: ['true'], size: 1 })],
    });
    cleanups.push(() => system.stop());
    expect(lives(pid)).toBe(true);
    expect((await reader.processes.present()).find(({ spawnId }) => spawnId === row?.spawnId)).toMatchObject({
      state: 'suspect',
    });
  });
});
