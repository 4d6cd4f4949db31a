import { createServer } from 'node:http';
import { createInspector, inspectStore, machine, openReader, pool, readTree, service } from 'espalier';
import { connect } from 'espalier/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { assign, createMachine } from 'xstate';
import { z } from 'zod';
import { all, folder, start } from '../support/support.js';

const SECRETS = {
  context: 'context-secret-1',
  event: 'event-secret-2',
  argument: 'argument-secret-3',
  environment: 'environment-secret-4',
  error: 'error-secret-5',
  input: 'input-secret-6',
  ownKey: 'own-key-secret-7',
};

const account = createMachine({
  id: 'account',
  initial: 'closed',
  context: { user: 'ada', password: SECRETS.context, failed: 0 },
  states: {
    closed: { on: { login: 'open' } },
    open: {
      on: {
        fail: {
          actions: () => {
            throw new Error(`cannot connect to postgres://ada:${SECRETS.error}@db/app`);
          },
        },
        again: { actions: assign({ failed: 1 }) },
      },
    },
  },
});

function children() {
  return [
    machine({ id: 'account', logic: account }),
    pool({
      id: 'shell',
      mode: 'exec' as const,
      command: ['sh', '-c', ': {.user} {.password} {.pin}; echo "token={.token}"; exit 1'],
      size: 1,
    }),
    service({
      id: 'leaky',
      command: ['sh', '-c', 'echo "API_KEY=$API_KEY" >&2; sleep 3; exit 7', 'sh', '--password', SECRETS.argument],
      env: { API_KEY: SECRETS.environment },
    }),
  ];
}

// Everything here waits for real processes.
vi.setConfig({ testTimeout: 120_000 });

describe('secrets in context, events, arguments, environment, errors and inputs', () => {
  it('come out of no door', async () => {
    const system = await start({
      children: children(),
      inspector: { port: 0, redact: { keys: ['pin'] } },
      intensity: 100,
    });
    const { port = 0, token = '' } = system.inspector ?? {};
    const base = `http://127.0.0.1:${port}`;
    const said: string[] = [];
    const client = connect({ url: base, token, socket: spy(said) });
    onTestFinished(() => client.close());
    const views = [
      client.view({ type: 'tree' }),
      client.view({ type: 'timeline' }),
      client.view({ type: 'actor', path: '/account', observe: true }),
      client.view({ type: 'actor', path: '/leaky/worker' }),
      client.view({ type: 'processes' }),
      client.view({ type: 'runs' }),
      client.view({ type: 'gauges' }),
    ];
    await vi.waitFor(() => expect(views.every((view) => view.get().ready)).toBe(true), 30_000);
    const input = { user: 'user-of-the-slot', password: SECRETS.input, token: SECRETS.input, pin: SECRETS.ownKey };
    const run = await system.runs.start({ slots: [input], pool: 'shell' });
    system.actor('/account').send({ type: 'login', token: SECRETS.event });
    await vi.waitFor(() => expect(JSON.stringify(views[2]?.get())).toContain('"login"'), 30_000);
    system.actor('/account').send({ type: 'fail' });
    await run.done();
    await vi.waitFor(() => expect(said.join('')).toContain('worker.crashed'), 60_000);

    await client.ask({ type: 'logs', path: '/leaky/worker' });
    await client.ask({ type: 'output', run: run.id, index: 0 });
    await client.ask({ type: 'rows', run: run.id, from: 0, limit: 10 });
    await client.ask({ type: 'why', target: '/account' });
    await client.ask({ type: 'why', target: `${run.id}:0` });
    const paths = [
      ...['hello', 'tree', 'processes', 'runs', 'actor?path=/account', 'actor?path=/leaky/worker'],
      ...[`output?run=${run.id}&index=0`, `rows?run=${run.id}&from=0&limit=10`, 'why?target=/leaky'],
    ];
    for (const path of paths) said.push(await (await fetch(`${base}/api/${path}`, auth(token))).text());
    said.push(await (await fetch(`${base}/metrics`, auth(token))).text());
    said.push(await (await fetch(`${base}/events?run=${run.id}`, auth(token))).text());

    const all = said.join('\n');
    // What was looked at is there, so what is missing was masked.
    expect(all).toContain('"login"');
    expect(all).toContain('exit code 7');
    expect(all).toContain('cannot connect to');
    expect(all).toContain(': user-of-the-slot {.password} {.pin}; echo');
    for (const [place, secret] of Object.entries(SECRETS)) expect(all.includes(secret), place).toBe(false);
    expect(all.includes(token), 'the token itself').toBe(false);
  });
});

function auth(token: string) {
  return { headers: { authorization: `Bearer ${token}` } };
}

async function treeAt(url: string, token: string): Promise<readonly { path: string; status: string }[]> {
  const found = treeForm.parse(await (await fetch(`${url}/api/tree`, auth(token))).json());
  return found.actors;
}

const treeForm = z.object({ actors: z.array(z.object({ path: z.string(), status: z.string() })) });

/** A WebSocket that notes what it hears. */
function spy(said: string[]) {
  return (url: string) => {
    const socket = new WebSocketOfNode(url);
    socket.addEventListener('message', ({ data }) => said.push(String(data)));
    return socket;
  };
}

const { WebSocket: WebSocketOfNode } = await import('ws');

describe('the inspector of a system', () => {
  it('tells its clients of the end, after the last event', async () => {
    const system = await start({ inspector: { port: 0 } });
    const { port, token } = system.inspector ?? { port: 0, token: '' };
    const client = connect({ url: `http://127.0.0.1:${port}`, token });
    const timeline = client.view({ type: 'timeline' });
    await vi.waitFor(() => expect(timeline.get().ready).toBe(true), 30_000);
    await system.stop();
    await vi.waitFor(() => expect(client.status.get()).toEqual({ type: 'ended', reason: 'stopped' }), 30_000);
    expect(timeline.get().events.at(-1)?.type).toBe('host.ended');
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it('does what it is asked where control is allowed', async () => {
    const system = await start({
      children: [machine({ id: 'account', logic: account })],
      inspector: { port: 0, control: true },
    });
    const { port, token } = system.inspector ?? { port: 0, token: '' };
    const client = connect({ url: `http://127.0.0.1:${port}`, token });
    onTestFinished(() => client.close());
    await vi.waitFor(() => expect(client.status.get().type).toBe('open'), 30_000);
    expect(await client.control({ type: 'actor.restart', path: '/account' })).toMatchObject({ ok: true });
    expect(system.whereis('/account')?.incarnation).toBe(2);
    expect(await client.control({ type: 'actor.kill', path: '/account' })).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(system.whereis('/account')?.incarnation).toBe(3), 30_000);
    expect(await client.control({ type: 'actor.kill', path: '/nobody' })).toMatchObject({
      ok: false,
      code: 'not_found',
    });
    expect(await client.control({ type: 'run.pause', run: 'none' })).toMatchObject({ ok: false, code: 'not_found' });
  });

  it('can be mounted in a server of the user', async () => {
    const system = await start();
    const inspector = createInspector(system, { base: '/inspector' });
    const server = createServer((request, response) => inspector.handle(request, response) || response.end('mine'));
    server.on('upgrade', (request, socket, head) => inspector.upgrade(request, socket, head) || socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    expect(await (await fetch(`${url}/`)).text()).toBe('mine');
    expect((await fetch(`${url}/inspector/api/tree`)).status).toBe(401);
    const actors = await treeAt(`${url}/inspector`, inspector.token);
    expect(actors.map(({ path }) => path)).toEqual(system.tree().map(({ path }) => path));
    const client = connect({ url: `${url}/inspector`, token: inspector.token });
    onTestFinished(() => client.close());
    await vi.waitFor(() => expect(client.status.get().type).toBe('open'), 30_000);
    await inspector.close();
  });

  it('that is mounted keeps what it is told is secret out of the commands that are registered from then on', async () => {
    const command: [string, ...string[]] = ['sh', '-c', ': {.user} {.pin}; exit 1'];
    const system = await start({ children: [pool({ id: 'shell', mode: 'exec', command, size: 1 })] });
    const said = async (pin: string) => {
      const run = await system.runs.start({ slots: [{ user: `user-of-${pin}`, pin }], pool: 'shell' });
      await run.done();
      const seen = system.events.subscribe({ after: 0, follow: false, types: ['process.spawned'] });
      return JSON.stringify(await all(seen));
    };
    // A name that tells nothing by itself.
    expect(await said('swordfish-1')).toContain('swordfish-1');
    await createInspector(system, { redact: { keys: ['pin'] } }).close();
    const told = await said('swordfish-2');
    expect(told).toContain(': user-of-swordfish-2 {.pin}; exit 1');
    expect(told.replaceAll('user-of-swordfish-2', '')).not.toContain('swordfish-2');
  });

  it('shows the same tree from the store, alive and dead', async () => {
    const store = `${folder()}/app.db`;
    const system = await start({ store, children: children().slice(1, 2) });
    const own = system.tree().filter(({ role }) => role !== 'queue');
    await vi.waitFor(async () => expect(await pathsOf(store)).toEqual(own.map(({ path }) => path)), 30_000);
    await system.stop();
    const dead = await pathsOf(store, 'dead');
    expect(dead).toEqual(own.map(({ path }) => path));
    await using reader = await openReader(store);
    const { actors } = await readTree(reader);
    expect(actors.find(({ path }) => path === '/shell')).toMatchObject({
      role: 'pool',
      state: 'exited',
      status: 'dead',
    });
  });

  async function pathsOf(store: string, status = 'living'): Promise<string[]> {
    await using reader = await openReader(store);
    const inspector = await inspectStore(reader, { port: 0 });
    try {
      const actors = await treeAt(`http://127.0.0.1:${inspector.port}`, inspector.token);
      return actors.filter((actor) => actor.status === status).map(({ path }) => path);
    } finally {
      await inspector.close();
    }
  }
});
