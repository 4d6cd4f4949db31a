import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain, machine, openReader, pool, type System, service } from 'espalier';
import { processesOf } from 'espalier/testing';
import { describe, expect, it, vi } from 'vitest';
import { assign, createMachine } from 'xstate';
import { SmallDisk } from '../../support/small-disk.js';
import { soon } from '../../support/soon.js';
import { lives } from '../../transport/process/support.js';
import { all, Marks, methodsCommand, outcome, remains, shells, start } from '../support/support.js';

const counter = createMachine({
  context: { count: 0 },
  on: { up: { actions: assign({ count: ({ context }) => Number(context.count) + 1 }) } },
});

/** A host on a small disk that has everything that writes. */
async function host(disk: SmallDisk) {
  const file = join(disk.path, 'store.db');
  const children = [
    pool({ id: 'calls', command: methodsCommand, size: 2 }),
    service({ id: 'bare', command: ['sleep', '600'] }),
    machine({ id: 'counter', logic: counter, persist: 'snapshot' }),
    shells(),
  ];
  const system = await start({ store: file, synchronous: 'full', children });
  await system.pool('calls').ready();
  return { file, system };
}

const pidsOf = async (system: System, path: string) => (await processesOf(system, path)).map(({ pid }) => pid);

describe('a host whose disk was full for a while', () => {
  it('goes on by itself once there is room: what died meanwhile is replaced, and the store tells the truth', async ({
    skip,
  }) => {
    const disk = SmallDisk.mount(3 * 1024);
    if (disk === null) return skip('this user may not mount a disk');
    const { file, system } = await host(disk);
    await vi.waitFor(async () => expect(await pidsOf(system, '/calls')).toHaveLength(2), soon);
    await vi.waitFor(async () => expect(await pidsOf(system, '/bare')).toHaveLength(1), soon);
    const [workers, services] = [await pidsOf(system, '/calls'), await pidsOf(system, '/bare')];
    const before = [...workers, ...services];
    disk.fill();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    system.actor('/counter').send({ type: 'up' });
    await using reader = await openReader(file);
    const told = async () => (await explain(reader, system.runId)).findings[0];
    await vi.waitFor(async () => expect(await told()).toMatchObject({ cause: 'full_disk', standing: true }), soon);
    await expect(system.execPool('shell').exec('true')).rejects.toThrow('the disk is full');
    // Longer than failed boots would be tried again: a program is no worse for a disk that is full.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(before.filter(lives)).toEqual([]);

    disk.free();
    await vi.waitFor(async () => expect(await pidsOf(system, '/calls')).toHaveLength(2), soon);
    await vi.waitFor(async () => expect(await pidsOf(system, '/bare')).toHaveLength(1), soon);
    expect(await system.pool('calls').call('add', { a: 1, b: 2 })).toBe(3);
    expect(await system.execPool('shell').exec('echo on')).toMatchObject({ stdout: 'on\n' });
    await vi.waitFor(
      async () =>
        expect(await reader.snapshots.list(system.runId)).toContainEqual(
          expect.objectContaining({ path: '/calls/workers/1', state: 'ready' }),
        ),
      soon,
    );
    await vi.waitFor(async () => {
      const registered = (await reader.processes.present(system.runId)).map(({ identity }) => identity?.pid);
      expect(registered.filter((pid) => pid === undefined || !lives(pid))).toEqual([]);
    }, soon);

    await vi.waitFor(
      async () => expect((await said(reader, system.runId)).text).toContain('later writes succeeded'),
      soon,
    );
    expect(await said(reader, system.runId)).toMatchObject({ cause: 'full_disk', standing: false });
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
    expect(await said(reader, system.runId)).toMatchObject({ cause: 'full_disk' });
  });

  it('takes up the run that it had to leave, and what had ended does not run again', async ({ skip }) => {
    const disk = SmallDisk.mount(3 * 1024);
    if (disk === null) return skip('this user may not mount a disk');
    const { system } = await host(disk);
    const marks = new Marks();
    const times = join(marks.folder, 'times');
    // Nothing else is to be written but its end.
    const slots = [`echo x >> ${times}; ${marks.mark('up')}; ${marks.gate('go')}; echo done`];
    const run = await system.runs.start({ slots, pool: 'shell' });
    await marks.pid('up');
    disk.fill();
    marks.open('go');
    expect(await outcome(() => run.done())).toBe('ESP_STORE_FULL');
    expect(await outcome(() => system.runs.continue(run.id))).toBe('ESP_STORE_FULL');
    disk.free();
    const again = await system.runs.continue(run.id);
    const rows = await all(again.committed({ from: 'start' }));
    expect(rows).toMatchObject([{ status: 'succeeded', attempts: 1, output: { stdout: 'done\n' } }]);
    expect(readFileSync(times, 'utf8')).toBe('x\n');
  });

  it('has all that a program wrote meanwhile, once there is room', async ({ skip }) => {
    const disk = SmallDisk.mount(3 * 1024);
    if (disk === null) return skip('this user may not mount a disk');
    const { file, system } = await host(disk);
    const marks = new Marks();
    const much = 400_000;
    const slots = [
      [
        ...['echo before', marks.mark('up'), marks.gate('go')],
        ...[`head -c ${much} /dev/zero | tr '\\0' x`, 'echo', marks.mark('said'), marks.gate('end'), 'echo after'],
      ].join('; '),
    ];
    const run = await system.runs.start({ slots, pool: 'shell' });
    await marks.pid('up');
    await using reader = await openReader(file);
    const output = async () => (await reader.outputs.read(run.id, 0))?.stdout ?? '';
    await vi.waitFor(async () => expect(await output()).toBe('before\n'), soon);
    disk.fill();
    marks.open('go');
    await marks.pid('said');
    await vi.waitFor(async () => expect((await said(reader, system.runId)).standing).toBe(true), soon);
    // Longer than output waits to be written.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await output()).toBe('before\n');
    disk.free();
    marks.open('end');
    const rows = await all(run.committed({ from: 'start' }));
    const whole = `before\n${'x'.repeat(much)}\nafter\n`;
    expect(rows.map(({ status, output }) => [status, output?.stdout === whole])).toEqual([['succeeded', true]]);
    expect((await output()) === whole).toBe(true);
  });
});

/** The finding of the full disk: in a host that goes on it is history. */
async function said(reader: Parameters<typeof explain>[0], runId: string) {
  const { findings } = await explain(reader, runId);
  const found = findings.find(({ cause }) => cause === 'full_disk');
  return { ...found, text: found?.sentences.join(' ') ?? '' };
}
