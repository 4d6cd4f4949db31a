import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { machine, openReader } from 'espalier';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMachine } from 'xstate';
import type * as persistence from '../../../src/persistence/index.js';
import { SmallDisk } from '../../support/small-disk.js';
import { lives, until } from '../../transport/process/support.js';
import { all, folder, Marks, remains, shells, start } from '../support/support.js';

const built = new URL('../../../dist/', import.meta.url);
const { openStore }: typeof persistence = await import(new URL('persistence/index.js', built).href);

/** What a promise came to. */
const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('two systems', () => {
  it('in one process do not know of each other: one stops, the other goes on', async () => {
    const marks = new Marks();
    const [first, second] = [await start({ children: [shells()] }), await start({ children: [shells()] })];
    const pending = [first, second].map((system, n) =>
      outcome(system.execPool('shell').exec(`${marks.mark(`up-${n}`)}; ${marks.gate('go')}; echo done`)),
    );
    await Promise.all([marks.pid('up-0'), marks.pid('up-1')]);
    await first.stop();
    expect(remains(first.runId)).toEqual([]);
    expect(lives(await marks.pid('up-1'))).toBe(true);
    marks.open('go');
    expect(await Promise.all(pending)).toMatchObject([{ code: 'ESP_STOPPED' }, { stdout: 'done\n' }]);
  });

  it('on one store leave each other alone: the second neither takes nor ends what the first runs', async () => {
    const [marks, store] = [new Marks(), join(folder(), 'store.db')];
    const first = await start({ store, children: [shells()] });
    const run = await first.runs.start({ slots: [`${marks.mark('up')}; ${marks.gate('go')}`, 'true'], pool: 'shell' });
    const pid = await marks.pid('up');
    const second = await start({ store, children: [shells()] });
    await expect(second.runs.continue(run.id)).rejects.toMatchObject({
      code: 'ESP_OWNED',
      context: { owner: first.runId },
    });
    await expect(second.runs.continue(run.id, { retryFailed: true })).rejects.toMatchObject({ code: 'ESP_OWNED' });
    const own = await second.runs.start({ slots: ['true', 'true'], pool: 'shell', concurrency: 2 });
    expect(await own.done()).toMatchObject({ status: 'completed' });
    await second.stop();
    expect(lives(pid)).toBe(true);
    marks.open('go');
    expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 2 } });
    await first.stop();
    const third = await start({ store, children: [shells()] });
    await expect(third.runs.continue(run.id)).rejects.toMatchObject({ code: 'ESP_INVALID' });
  });
});

describe('a host that is killed', () => {
  it('leaves no process, and the next one on its store goes on where it was', async () => {
    const [marks, store] = [new Marks(), join(folder(), 'store.db')];
    const count = `echo x >> ${join(marks.folder, 'log')}`;
    const slots = [
      `${count}; echo 0`,
      `${count}; ${marks.mark('up')}; ${marks.gate('go')}; echo 1`,
      `${count}; echo 2`,
    ];
    const script = `
      import { createSystem, pool } from 'espalier';
      const [store, slots] = JSON.parse(process.argv[1]);
      const shell = pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', '{}'], size: 2 });
      const system = await createSystem({ name: 'doomed', store, children: [shell] });
      const run = await system.runs.start({ slots, pool: 'shell' });
      console.log(JSON.stringify([system.runId, run.id]));`;
    const host = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify([store, slots])]);
    onTestFinished(() => void host.kill('SIGKILL'));
    const [line]: unknown[] = await once(createInterface({ input: host.stdout }), 'line');
    const [runId, id]: [string, string] = JSON.parse(String(line));
    const pid = await marks.pid('up');
    // What has merely ended when its host is killed runs again.
    await committed(store, id, 1);
    host.kill('SIGKILL');
    await until('nothing of the host is left', () => remains(runId).length === 0 && !lives(pid));
    const system = await start({ store, children: [shells()] });
    marks.open('go');
    const rows = await all((await system.runs.continue(id)).committed({ from: 'start' }));
    expect(rows.map(({ output, attempts }) => [output?.stdout, attempts])).toEqual([
      ['0\n', 1],
      ['1\n', 1],
      ['2\n', 1],
    ]);
    expect(execFileSync('wc', ['-l', join(marks.folder, 'log')]).toString()).toMatch(/^4 /);
  });
});

describe('a host that another declared dead', () => {
  it('kills what it runs without asking, stops, and writes nothing more', async () => {
    const [marks, file] = [new Marks(), join(folder(), 'store.db')];
    const deaf = `trap '' TERM; ${marks.mark('deaf')}; while :; do sleep 0.05; done`;
    const system = await start({ store: file, children: [shells({ graceMs: 60_000 })] });
    const run = await system.runs.start({ slots: [deaf], pool: 'shell' });
    const reading = outcome(all(run.committed()));
    const pending = outcome(system.execPool('shell').exec(`${marks.mark('too')}; ${deaf}`));
    const pids = [await marks.pid('deaf'), await marks.pid('too')];
    const warned = once(process, 'warning');
    const store = await openStore(file, { mode: 'write', runId: 'other' });
    onTestFinished(() => store.close());
    expect(await store.hosts.fence(system.runId, 'other')).toBe(true);
    // Any write tells it; without one the next heartbeat would.
    await system.supervisor().startChild(machine({ id: 'm', logic: createMachine({}) }));
    await system.ended;
    expect(pids.filter(lives)).toEqual([]);
    expect(remains(system.runId)).toEqual([]);
    await Promise.all([pending, reading]);
    expect(String(await warned)).toContain('declared');
    expect(await store.hosts.get(system.runId)).toMatchObject({ ended: 'dead' });
    expect(await store.runs.get(run.id)).toMatchObject({
      status: 'interrupted',
      counts: { succeeded: 0, cancelled: 0 },
    });
  });
});

describe('a store that cannot be written', () => {
  it('fails the run: its reader throws, its programs end, and the system can be stopped', async ({ skip }) => {
    const disk = SmallDisk.mount(2 * 1024);
    if (disk === null) return skip('this user may not mount a disk');
    const marks = new Marks();
    const system = await start({ store: join(disk.path, 'store.db'), children: [shells()] });
    const slots = [
      'echo first',
      `${marks.mark('up')}; ${marks.gate('go')}; head -c 900000 /dev/urandom | base64`,
      'true',
      'true',
    ];
    const run = await system.runs.start({ slots, pool: 'shell', concurrency: 2 });
    const [reading, done] = [outcome(all(run.committed())), outcome(run.done())];
    const pid = await marks.pid('up');
    disk.fill();
    marks.open('go');
    expect([await reading, await done]).toMatchObject([{ code: 'ESP_STORE_FULL' }, { code: 'ESP_STORE_FULL' }]);
    expect(lives(pid)).toBe(false);
    disk.free();
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
    const reader = await openReader(join(disk.path, 'store.db'));
    expect(await reader.runs.get(run.id)).toMatchObject({ status: 'interrupted' });
    await reader.close();
  });

  it('does not keep the system from stopping', async ({ skip }) => {
    const disk = SmallDisk.mount(1 * 1024);
    if (disk === null) return skip('this user may not mount a disk');
    const system = await start({
      store: join(disk.path, 'store.db'),
      children: [shells(), machine({ id: 'm', logic: createMachine({}) })],
    });
    const pending = outcome(system.execPool('shell').exec('sleep 60'));
    disk.fill();
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
    expect(await pending).toBeInstanceOf(Error);
    expect(await system.ended).toMatchObject({ kind: 'shutdown' });
  });
});

/** Resolves when so many slots of a run are committed. */
async function committed(store: string, run: string, slots: number): Promise<void> {
  await using reader = await openReader(store);
  while (((await reader.runs.get(run))?.counts.succeeded ?? 0) < slots) await reader.journal.changed();
}
