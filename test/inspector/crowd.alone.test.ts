import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { connect, type InspectorClient, treeDigest } from '../../src/client.js';
import { LIMITS } from '../../src/transport/inspector/service/limits.js';
import { listen, openDoors, TOKEN } from './doors.js';
import type { FakeHost } from './fake-host.js';

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

const soon = { timeout: 120_000, interval: 20 };
const MIB = 1024 * 1024;

/** What this process holds: both ends of each connection are in it. */
async function held(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A client that can stop reading: what it is sent then stays in the server, once the kernel is full. */
async function client(port: number): Promise<{ readonly client: InspectorClient; socket(): WebSocket }> {
  let latest: WebSocket | null = null;
  const open = (url: string) => {
    latest = new WebSocket(url);
    return latest;
  };
  const made = connect({ url: `http://127.0.0.1:${port}`, token: TOKEN, socket: open });
  onTestFinished(() => made.close());
  const socket = () => {
    if (!latest) throw new Error('it never connected');
    return latest;
  };
  await vi.waitFor(() => expect(made.status.get().type).toBe('open'), soon);
  return { client: made, socket };
}

const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make));

describe('a crowd', () => {
  it('of a thousand clients that do nothing costs little each, is served, and leaves nothing behind', async () => {
    const { host, hub, port } = await openDoors();
    for (let i = 0; i < 50; i += 1) host.see(`/a${i}`, 'idle');
    const before = await held();
    const sockets: WebSocket[] = [];
    for (let tens = 0; tens < 100; tens += 1) {
      sockets.push(...(await many(10, async () => (await listen(port)).socket)));
    }
    await vi.waitFor(() => expect(hub.size).toBe(1000), soon);
    expect(((await held()) - before) / 1000).toBeLessThan(64 * 1024);

    const { client: busy } = await client(port);
    const timeline = busy.view({ type: 'timeline', last: 0 });
    await vi.waitFor(() => expect(timeline.get().ready).toBe(true), soon);
    for (let i = 0; i < 100; i += 1) host.emit({ type: 'run.paused', data: { run: `r${i}` } });
    await vi.waitFor(() => expect(timeline.get().events).toHaveLength(100), soon);

    busy.close();
    for (const socket of sockets) socket.terminate();
    await vi.waitFor(() => expect(hub.size).toBe(0), soon);
    await vi.waitFor(() => expect(host.looking).toBe(0), soon);
  });

  it('of a hundred that do not read is bounded and delays nobody; reading again, each is right again', async () => {
    const { host, hub, port, faults } = await openDoors();
    for (let i = 0; i < 50; i += 1) host.see(`/a${i}`, 'idle');
    const slow = await many(100, () => client(port));
    const { client: fast } = await client(port);
    const looks = [fast, ...slow.map((one) => one.client)].map((one) => ({
      timeline: one.view({ type: 'timeline', last: 10 }),
      tree: one.view({ type: 'tree' }),
    }));
    const [first] = looks;
    await vi.waitFor(() => {
      for (const { timeline, tree } of looks)
        expect([timeline.get().ready, tree.get().actors.size]).toEqual([true, 50]);
    }, soon);
    for (const { socket } of slow) socket().pause();
    const before = await held();

    // As fast as the fast one hears of it, until the slow ones are further behind than is kept for them.
    const waits: number[] = [];
    while (host.events.length <= LIMITS.replay + 500) {
      const began = performance.now();
      emit(host, 250);
      await vi.waitFor(() => expect(first?.timeline.get().position?.seq).toBe(host.events.length), soon);
      waits.push(performance.now() - began);
    }
    // Once they are full they cost nobody anything, so the quickest lots tell: the others had a hundred more to serve.
    expect(Math.min(...waits)).toBeLessThan(1000);
    // One message may be larger than the room that was left; the events themselves are in memory too.
    const perClient = ((await held()) - before) / slow.length;
    expect(perClient).toBeLessThan(LIMITS.backlog + 2 * MIB);

    for (const { socket } of slow) socket().resume();
    const head = host.events.length;
    const digest = treeDigest(host.model.summaries());
    await vi.waitFor(() => {
      for (const { timeline, tree } of looks) {
        expect(timeline.get().position?.seq).toBe(head);
        expect(treeDigest(tree.get().actors.values())).toBe(digest);
      }
    }, soon);
    for (const { timeline } of looks.slice(1)) {
      // Once, or not at all where the kernel held so much for it that it is not too far behind.
      expect(timeline.get().resyncs.count).toBeLessThanOrEqual(1);
      expect(timeline.get().events.map(({ seq }) => seq)).toEqual(host.events.slice(-10).map(({ seq }) => seq));
    }
    expect(first?.timeline.get().resyncs.count).toBe(0);
    // A client that heard nothing for long has come back; what it left behind is let go.
    await vi.waitFor(() => expect(hub.size).toBe(101), soon);
    expect(faults).toEqual([]);
  });

  it('of one that asks and does not read is answered no more, and not remembered', async () => {
    const { host, port } = await openDoors();
    host.see('/a', 'running', 1, 'worker');
    host.text = { stdout: 'x\n'.repeat(LIMITS.logs / 2), stderr: '', truncated: false };
    const { socket, heard } = await listen(port);
    const before = await held();
    socket.pause();
    const asks = 600;
    for (let id = 0; id < asks; id += 1) {
      socket.send(JSON.stringify({ type: 'request', id, ask: { type: 'logs', path: '/a' } }));
      // No more than a client may say in a second.
      if (id % 15 === 14) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await held()) - before).toBeLessThan(LIMITS.backlog + 16 * LIMITS.logs + 4 * MIB);
    socket.resume();
    const said = () => heard.filter(({ type }) => type === 'answer' || type === 'refused');
    await vi.waitFor(() => expect(said()).toHaveLength(asks), soon);
    expect(said().filter(({ code }) => code === 'busy').length).toBeGreaterThan(asks / 2);
  });
});

/** Events that are large enough for a hundred sockets to fill up, and a change of the tree with each lot. */
function emit(host: FakeHost, count: number): void {
  const lot = host.events.length;
  for (let i = 0; i < count; i += 1) host.emit({ type: 'run.paused', data: { run: `${lot + i} ${'x'.repeat(1500)}` } });
  host.see(`/a${lot % 50}`, `s${lot}`);
}
