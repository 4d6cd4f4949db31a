import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.js';
import { LIMITS } from '../../../src/transport/inspector/limits.js';
import { type ServerMessage, treeDigest } from '../../../src/transport/inspector/protocol/wire.js';
import { Hub } from '../../../src/transport/inspector/service/hub.js';
import { FakeHost } from './fake-host.js';
import { clientOf, Wire } from './hub-wire.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function serve(host = new FakeHost()) {
  const faults: unknown[] = [];
  const hub = new Hub({ host, redactor: createRedactor(), control: false, onFault: (error) => faults.push(error) });
  return { host, hub, faults };
}

/** Long enough for a connection anew and whatever is to be caught up with. */
const settled = () => vi.advanceTimersByTimeAsync(40_000);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('emit' as const), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('see' as const), actor: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('exit' as const), actor: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'stall' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'flow' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

it('a client that looks when the host dies is told so, and goes on where it was', async () => {
  const { host, hub, faults } = serve();
  const { client } = clientOf(hub);
  const told: string[] = [];
  client.status.subscribe((status) => {
    if (status.type === 'open') told.push(status.hello.presence);
  });
  host.see('/a', 'ready');
  const tree = client.view({ type: 'tree' });
  await settled();
  host.presence = 'gone';
  host.model.lose();
  await settled();
  expect(told).toEqual(['living', 'gone']);
  expect(tree.get().actors.get('/a')).toMatchObject({ status: 'dead' });
  expect(faults).toEqual([]);
  client.close();
});

describe('whatever becomes of its connections, a client', () => {
  it('has every event once and in order, and the tree that the server has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const { host, hub, faults } = serve();
        const { client, wire } = clientOf(hub);
        const seqs: number[] = [];
        const timeline = client.view({ type: 'timeline', last: 0 });
        const tree = client.view({ type: 'tree' });
        timeline.subscribe((_, change) => {
          for (const key of change.changed) seqs.push(Number(key));
        });
        await settled();
        const first = host.events.length;
        for (const [at, one] of steps.entries()) await act(host, wire, one, at);
        wire().flow();
        await settled();
        expect(faults).toEqual([]);
        expect(seqs).toEqual(host.events.slice(first).map(({ seq }) => seq));
        const mine = [...tree.get().actors.values()];
        expect(treeDigest(mine)).toBe(treeDigest(host.model.summaries()));
        client.close();
        await hub.close('stopped');
      }),
      { numRuns: 60 },
    );
  });

  async function act(host: FakeHost, wire: ReturnType<typeof clientOf>['wire'], one: Step, at: number): Promise<void> {
    switch (one.do) {
      case 'emit':
        for (let i = 0; i < one.count; i += 1) host.emit({ type: 'run.paused', data: { run: `r${at}.${i}` } });
        return;
      case 'see':
        return host.see(`/a${one.actor}`, `s${at}`);
      case 'exit':
        return host.see(`/a${one.actor}`, 'exited');
      case 'cut':
        return wire().cut();
      case 'stall':
        return wire().stall();
      case 'flow':
        return wire().flow();
      case 'wait':
        await vi.advanceTimersByTimeAsync(one.ms);
        return;
      default:
        one satisfies never;
    }
  }

  it('that is too slow begins anew with the newest events, and is told why', async () => {
    const { host, hub } = serve();
    const { client, wire } = clientOf(hub);
    const timeline = client.view({ type: 'timeline', last: 10 });
    await settled();
    wire().stall();
    for (let i = 0; i < LIMITS.replay + 10; i += 1) host.emit({ type: 'run.paused', data: { run: 'r' } });
    await vi.advanceTimersByTimeAsync(1000);
    wire().flow();
    await settled();
    const { resyncs, events, position } = timeline.get();
    expect(resyncs).toEqual({ count: 1, last: 'slow' });
    expect(events.map(({ seq }) => seq)).toEqual(host.events.slice(-10).map(({ seq }) => seq));
    expect(position?.seq).toBe(host.events.length);
    client.close();
  });

  it('that comes back after too long begins anew, and is told why', async () => {
    const { host, hub } = serve();
    const { client, wire } = clientOf(hub);
    const timeline = client.view({ type: 'timeline', last: 5 });
    await settled();
    wire().cut();
    for (let i = 0; i < LIMITS.replay + 10; i += 1) host.emit({ type: 'run.paused', data: { run: 'r' } });
    await settled();
    expect(timeline.get().resyncs).toEqual({ count: 1, last: 'too_old' });
    expect(timeline.get().events).toHaveLength(5);
    client.close();
  });

  it('that comes back to another read model is told so, and has what that one has', async () => {
    const { host, hub } = serve();
    host.see('/a', 'one');
    const first = clientOf(hub);
    const tree = first.client.view({ type: 'tree' });
    await settled();
    expect(tree.get().resyncs.count).toBe(0);
    const position = tree.get().position;
    const other = serve();
    other.host.see('/b', 'two');
    const said: ServerMessage[] = [];
    const wire = new Wire(other.hub, (message) => said.push(message));
    await settled();
    wire.send(
      JSON.stringify({ type: 'subscribe', id: 1, view: { type: 'tree' }, resume: { ...position, epoch: 'x' } }),
    );
    await settled();
    expect(said.filter(({ type }) => type === 'resync' || type === 'snapshot')).toMatchObject([
      { type: 'resync', id: 1, reason: 'epoch' },
      { type: 'snapshot', id: 1, content: { actors: [{ path: '/b' }] } },
    ]);
    first.client.close();
    wire.close();
  });

  it('whose tree has become another one is given it anew', async () => {
    const { host, hub } = serve();
    host.see('/a', 'one');
    const { client } = clientOf(hub);
    const tree = client.view({ type: 'tree' });
    await settled();
    const actor = tree.get().actors.get('/a');
    const { actors } = tree.get();
    if (!(actors instanceof Map) || !actor) throw new Error('no tree');
    actors.set('/a', { ...actor, state: 'forged' });
    actors.set('/ghost', { ...actor, path: '/ghost' });
    // Something happens, so that a digest of the present revision is sent.
    await vi.advanceTimersByTimeAsync(LIMITS.digestMs * 2);
    expect([...tree.get().actors.values()].map(({ path, state }) => [path, state])).toEqual([['/a', 'one']]);
    client.close();
  });
});

describe('a hub', () => {
  it('looks at nothing while nobody looks', async () => {
    const { host, hub } = serve();
    await settled();
    expect(host.looking).toBe(0);
    const { client } = clientOf(hub);
    await settled();
    expect(host.looking).toBe(1);
    client.close();
    await settled();
    expect(host.looking).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells its clients that nothing follows, after everything that was to be told', async () => {
    const { host, hub } = serve();
    const { client } = clientOf(hub);
    const timeline = client.view({ type: 'timeline' });
    await settled();
    host.emit({ type: 'host.ended', data: { how: 'stopped' } });
    const closing = hub.close('stopped');
    await settled();
    await closing;
    expect(timeline.get().events.at(-1)?.type).toBe('host.ended');
    expect(client.status.get()).toEqual({ type: 'ended', reason: 'stopped' });
  });

  it('tells it one that is being welcomed at the end as well', async () => {
    const { hub } = serve();
    const { client } = clientOf(hub);
    const closing = hub.close('stopped');
    await settled();
    await closing;
    expect(client.status.get()).toEqual({ type: 'ended', reason: 'stopped' });
  });

  it('refuses to change anything unless it may', async () => {
    const { hub } = serve();
    const { client } = clientOf(hub);
    await settled();
    const refused = client.control({ type: 'actor.kill', path: '/a' });
    await settled();
    expect(await refused).toMatchObject({ ok: false, code: 'read_only' });
    client.close();
  });

  it('sends a large tree in pieces, and whole', async () => {
    const { host, hub } = serve();
    for (let i = 0; i < LIMITS.actorsPerMessage * 3; i += 1) host.see(`/a${i}`, 'idle');
    const { client } = clientOf(hub);
    const tree = client.view({ type: 'tree' });
    const pieces: number[] = [];
    tree.subscribe(({ actors }) => pieces.push(actors.size));
    await settled();
    expect(pieces.length).toBeGreaterThanOrEqual(3);
    expect(tree.get().actors.size).toBe(LIMITS.actorsPerMessage * 3);
    expect(tree.get().position?.rev).toBe(host.model.changes.revision);
    client.close();
  });
});
