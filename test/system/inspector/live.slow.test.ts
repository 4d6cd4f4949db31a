import { pool, type System, service } from 'espalier';
import { connect } from 'espalier/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { soon } from '../../support/soon.js';
import { Marks, shells, start } from '../support/support.js';
import { stuck } from '../support/workers.js';

// Everything here waits for real processes.
vi.setConfig({ testTimeout: 120_000 });

async function look(system: System) {
  const { port = 0, token = '' } = system.inspector ?? {};
  const url = `http://127.0.0.1:${port}`;
  const client = connect({ url, token });
  onTestFinished(() => client.close());
  await vi.waitFor(() => expect(client.status.get().type).toBe('open'), soon);
  const written = async (path: string) => {
    const reply = await client.ask({ type: 'logs', path });
    return reply.ok ? reply.answer : null;
  };
  const metrics = async () => {
    const headers = { authorization: `Bearer ${token}` };
    return await (await fetch(`${url}/metrics`, { headers })).text();
  };
  return { client, written, metrics };
}

describe('the log of a process that lives', () => {
  it('is what a service has written so far, under its own path and its worker’s', async () => {
    const marks = new Marks();
    const script = `echo begun; echo trouble >&2; ${marks.gate('go')}; echo later; exec sleep 1000`;
    const children = [service({ id: 'talker', command: ['sh', '-c', script], graceMs: 100 })];
    const { written } = await look(await start({ children, inspector: { port: 0 } }));
    for (const path of ['/talker', '/talker/worker']) {
      const first = { living: true, stdout: 'begun\n', stderr: 'trouble\n', truncated: false };
      await vi.waitFor(async () => expect(await written(path)).toMatchObject(first), soon);
    }
    marks.open('go');
    await vi.waitFor(async () => expect((await written('/talker'))?.stdout).toBe('begun\nlater\n'), soon);
  });

  it('is what a worker that serves calls has written beside them', async () => {
    const command = ['sh', '-c', 'echo the model is loaded >&2; exec "$@"', 'sh', ...stuck.node] as const;
    const system = await start({ children: [pool({ id: 'w', command, size: 1 })], inspector: { port: 0 } });
    await system.pool('w').ready();
    const { written } = await look(system);
    const log = { living: true, stderr: 'the model is loaded\n' };
    await vi.waitFor(async () => expect(await written('/w/workers/1/worker')).toMatchObject(log), soon);
  });

  it('still has what a slot of a run has written when that has gone to the store', async () => {
    const marks = new Marks();
    const system = await start({ children: [shells({ size: 1 })], inspector: { port: 0 } });
    const { client, written } = await look(system);
    const run = await system.runs.start({ slots: [`echo begun; ${marks.gate('go')}`], pool: 'shell' });
    const output = { type: 'output', run: run.id, index: 0 } as const;
    const stored = { ok: true, answer: { stdout: 'begun\n' } };
    await vi.waitFor(async () => expect(await client.ask(output)).toMatchObject(stored), soon);
    expect(await written('/shell/workers/1/worker')).toMatchObject({ living: true, stdout: 'begun\n' });
    marks.open('go');
    await run.done();
  });
});

describe('the process of a slot of a run', () => {
  it('is its worker’s, by pid in the tree and by path among the processes', async () => {
    const marks = new Marks();
    const system = await start({ children: [shells({ size: 1 })], inspector: { port: 0 } });
    const { client } = await look(system);
    const [tree, processes] = [client.view({ type: 'tree' }), client.view({ type: 'processes' })];
    const slots = [`${marks.mark('up')}; ${marks.gate('go')}`];
    const run = await system.runs.start({ slots, pool: 'shell' });
    const [path, pid] = ['/shell/workers/1/worker', await marks.pid('up')];
    await vi.waitFor(() => expect(tree.get().actors.get(path)).toMatchObject({ pid }), soon);
    await vi.waitFor(() => {
      const found = [...processes.get().processes.values()].filter(({ job }) => job === `${run.id}:0`);
      expect(found).toMatchObject([{ path, pid, state: 'live' }]);
    }, soon);
    marks.open('go');
    await run.done();
  });
});

describe('the gauges of a pool', () => {
  it('say how many seats serve, what is at work and what waits, to clients and to Prometheus', async () => {
    const marks = new Marks();
    const system = await start({ children: [shells({ size: 2, maxQueue: 50 })], inspector: { port: 0 } });
    await system.execPool('shell').ready();
    const { client, metrics } = await look(system);
    const gauges = client.view({ type: 'gauges' });
    const seen = () => gauges.get().gauges?.actors;
    const seats = { size: 2, serving: 2, capacity: 2, maxQueue: 50 };
    await vi.waitFor(() => expect(seen()?.['/shell']).toEqual({ mailbox: 0, load: 0, pool: seats }), soon);
    const work = Array.from({ length: 5 }, () => system.execPool('shell').exec(marks.gate('go')));
    await vi.waitFor(() => expect(seen()?.['/shell']).toEqual({ mailbox: 3, load: 2, pool: seats }), soon);
    expect(seen()?.['/shell/queue']).toEqual({ mailbox: 3 });
    expect(system.execPool('shell').load()).toEqual({ ...seats, busy: 2, waiting: 3 });
    const text = await metrics();
    const of = (name: string) => text.split('\n').find((line) => line.startsWith(`espalier_pool_${name}{`));
    expect(of('waiting')).toBe('espalier_pool_waiting{pool="/shell"} 3');
    expect(of('running')).toBe('espalier_pool_running{pool="/shell"} 2');
    expect(of('serving')).toBe('espalier_pool_serving{pool="/shell"} 2');
    marks.open('go');
    await Promise.all(work);
    await vi.waitFor(() => expect(seen()?.['/shell']).toEqual({ mailbox: 0, load: 0, pool: seats }), soon);
  });
});
