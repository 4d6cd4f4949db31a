import { get, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { treeDigest } from '../../../src/client.js';
import { LIMITS } from '../../../src/transport/inspector/limits.js';
import { soon } from '../../support/soon.js';
import { Crowd, mountDoors } from './crowd/crowd.js';
import { listen, TOKEN } from './doors.js';
import type { FakeHost } from './fake-host.js';

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** So many large events are more than the kernel holds for a client. */
const LARGE = 500;

const MIB = 1024 * 1024;

/** How long a client waits for a word before it takes its connection for lost, and more. */
const SILENCE_MS = 16_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What this process, the host, holds. */
async function held(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    await sleep(50);
    gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A host of fifty actors behind its doors. */
async function open() {
  const opened = await mountDoors();
  for (let i = 0; i < 50; i += 1) opened.host.see(`/a${i}`, 'idle');
  return opened;
}

/** Events, and a change of the tree with each lot. */
function emit(host: FakeHost, count: number, characters: number): void {
  const lot = host.events.length;
  const more = 'x'.repeat(characters);
  for (let i = 0; i < count; i += 1) host.emit({ type: 'run.paused', data: { run: `${lot + i} ${more}` } });
  host.see(`/a${lot % 50}`, `s${lot}`);
}

/** Where a client is that has heard of everything. */
const now = ({ events, model }: FakeHost) => ({ seq: events.length, digest: treeDigest(model.summaries()) });

const lastSeqs = ({ events }: FakeHost) => events.slice(-10).map(({ seq }) => seq);

afterEach(() => {
  vi.useRealTimers();
});

describe('a crowd', () => {
  it('of a thousand clients that do nothing costs little each, is served, and leaves nothing behind', async () => {
    const { host, hub, path, faults } = await open();
    const before = await held();
    const idle = await Crowd.of(1000, path, { looking: false });
    expect(hub.size).toBe(1000);
    expect(((await held()) - before) / 1000).toBeLessThan(48 * 1024);

    const busy = await Crowd.of(1, path, { looking: true });
    emit(host, 100, 0);
    expect(await busy.until(now(host))).toMatchObject([{ connections: 1, resyncs: { count: 0 } }]);

    await Promise.all([idle.kill(), busy.kill()]);
    await vi.waitFor(() => expect(hub.size).toBe(0), soon);
    await vi.waitFor(() => expect(host.looking).toBe(0), soon);
    expect(faults).toEqual([]);
  });

  it('of a hundred that do not read is bounded and delays nobody; reading again, each is right again', async () => {
    const { host, hub, path, faults } = await open();
    const slow = await Crowd.of(100, path, { looking: true });
    const fast = await Crowd.of(1, path, { looking: true });
    const before = await held();
    slow.stop();
    const stoppedAt = performance.now();

    // First what fills the kernel's buffers, then more events than a client may be behind.
    while (host.events.length < LARGE) {
      emit(host, 250, 3500);
      await fast.until(now(host));
    }
    const used = process.cpuUsage();
    const waits: number[] = [];
    while (host.events.length < LARGE + LIMITS.replay + 500) {
      const began = performance.now();
      emit(host, 500, 0);
      await fast.until(now(host));
      waits.push(performance.now() - began);
    }
    const { user, system } = process.cpuUsage(used);
    const median = waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)] ?? 0;
    const perClient = ((await held()) - before) / 100;
    // The full ones cost nobody anything: neither the other client, nor the host's own work.
    expect(median).toBeLessThan(500);
    expect((user + system) / 1000 / waits.length).toBeLessThan(100);
    // One message may be larger than the room that was left; the events themselves are in memory too.
    expect(perClient).toBeLessThan(LIMITS.backlog + 1.5 * MIB);

    await sleep(Math.max(0, SILENCE_MS - (performance.now() - stoppedAt)));
    slow.goOn();
    const told = await slow.until(now(host));
    // Each began anew, once, on the connection that it had.
    expect(told).toEqual(
      Array(100).fill({ connections: 1, resyncs: { count: 1, last: 'slow' }, seqs: lastSeqs(host) }),
    );
    expect(await fast.until(now(host))).toMatchObject([{ connections: 1, resyncs: { count: 0 } }]);
    expect(hub.size).toBe(101);
    await Promise.all([slow.kill(), fast.kill()]);
    await vi.waitFor(() => expect(hub.size).toBe(0), soon);
    expect(faults).toEqual([]);
  });

  it('of clients that are killed while they do not read is let go at once', async () => {
    const { host, hub, path } = await open();
    const slow = await Crowd.of(20, path, { looking: true });
    slow.stop();
    await fill(host);
    await slow.kill();
    await vi.waitFor(() => expect(hub.size).toBe(0), soon);
    await vi.waitFor(() => expect(host.looking).toBe(0), soon);
  });

  it('of one that asks and does not read is answered no more, and not remembered', async () => {
    const { host, path } = await mountDoors();
    host.see('/a', 'running', 1, 'worker');
    host.text = { stdout: 'x\n'.repeat(LIMITS.logs / 2), stderr: '', truncated: false };
    const { socket, heard } = await listen(path);
    const before = await held();
    socket.pause();
    const asks = 600;
    for (let id = 0; id < asks; id += 1) {
      socket.send(JSON.stringify({ type: 'request', id, ask: { type: 'logs', path: '/a' } }));
      // No more than a client may say in a second.
      if (id % 15 === 14) await sleep(100);
    }
    expect((await held()) - before).toBeLessThan(LIMITS.backlog + 16 * LIMITS.logs + 4 * MIB);
    socket.resume();
    const said = () => heard.filter(({ type }) => type === 'answer' || type === 'refused');
    await vi.waitFor(() => expect(said()).toHaveLength(asks), soon);
    expect(said().filter(({ code }) => code === 'busy').length).toBeGreaterThan(asks / 2);
  });
});

/** More than the kernel and the room of a client hold, as fast as it is sent. */
async function fill(host: FakeHost): Promise<void> {
  for (let lot = 0; lot < 5; lot += 1) {
    emit(host, 250, 3500);
    await sleep(60);
  }
}

/** A client that has stopped reading; whether its connection was cut shows when it goes on. */
async function stalledSocket(path: string) {
  const { socket, closed } = await listen(path);
  socket.send(JSON.stringify({ type: 'subscribe', id: 1, view: { type: 'timeline', last: 0 } }));
  socket.pause();
  return { socket, goOn: () => socket.resume(), wasCut: closed.then((code) => code === 1006) };
}

async function stalledStream(path: string) {
  const address = { socketPath: path, path: `/events?token=${TOKEN}` };
  const response = await new Promise<IncomingMessage>((resolve) => get(address, resolve));
  response.on('error', () => undefined);
  onTestFinished(() => void response.destroy());
  const wasCut = new Promise<boolean>((resolve) => response.on('close', () => resolve(!response.complete)));
  return { goOn: () => void response.resume(), wasCut };
}

describe('a client that reads no more', () => {
  it('and says goodbye is let go though what it was sent never arrives', async () => {
    const { host, hub, path } = await open();
    const { socket } = await stalledSocket(path);
    await vi.waitFor(() => expect(hub.size).toBe(1), soon);
    await fill(host);
    socket.close();
    // Sooner than it would be for its silence.
    await vi.waitFor(() => expect(hub.size).toBe(0), { timeout: LIMITS.stalledMs / 4, interval: 20 });
  });

  it('is cut off when it has been passed over for long, whichever way it came in', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { host, hub, path } = await open();
    const stalled = await Promise.all([stalledSocket(path), stalledStream(path)]);
    await vi.waitFor(() => expect(hub.size).toBe(2), soon);
    await fill(host);
    // It is looked for now and then; the clock stands still meanwhile.
    const later = () => {
      vi.setSystemTime(Date.now() + LIMITS.stalledMs + 1);
      expect(hub.size).toBe(0);
    };
    await vi.waitFor(later, { timeout: 60_000, interval: 1000 });
    await sleep(LIMITS.closeMs + 500);
    // What waited for it is not there any more when it goes on.
    for (const { goOn } of stalled) goOn();
    expect(await Promise.all(stalled.map(({ wasCut }) => wasCut))).toEqual([true, true]);
  });
});
