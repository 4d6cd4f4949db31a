import {
  createInspector,
  createSystem,
  defineTree,
  dynamicSupervisor,
  explain,
  inspectStore,
  machine,
  openReader,
  pool,
  type Run,
  service,
  spec,
  supervisor,
  sweep,
  tool,
} from 'espalier';
import { connect } from 'espalier/client';
import {
  Faults,
  machinePaths,
  SimulatedClock,
  testPaths,
  until,
  untilDown,
  untilEvent,
  untilReady,
} from 'espalier/testing';
import { worker } from 'espalier/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { z } from 'zod';
import { all, create, keptFolder, methodsCommand, shells } from '../support/support.js';

const logic = createMachine({ id: 'm', initial: 'a', states: { a: {} } });
const command = ['true'] as const;
const [home, removeHome] = keptFolder();
let system: Awaited<ReturnType<typeof create>>;
let run: Run;
beforeAll(async () => {
  system = await create({
    store: `${home}/store.db`,
    children: [shells({ id: 'sh', size: 1 }), pool({ id: 'w', command: methodsCommand, size: 1 })],
  });
  run = await system.runs.start({ slots: ['true'], pool: 'sh' });
  await run.done();
});
afterAll(async () => {
  await system.stop();
  removeHome();
});

interface Door {
  /** Goes through it with options that fit, and with what is tried. */
  readonly ask: (tried: object) => unknown;
  /** A name that is not quite one of its options, and the one that is meant. */
  readonly near: readonly [wrong: string, right: string];
  /** Options whose values do not fit. */
  readonly wrong: readonly object[];
}

/** What is no time, for each of these options. */
const noTime = (...names: string[]) =>
  names.flatMap((name) =>
    [Number.NaN, -1, Number.POSITIVE_INFINITY, '5s', 0.5, null, 2 ** 53].map((value) => ({ [name]: value })),
  );
const noTimeout = noTime('timeout');
const noSignal = [{ signal: {} }, { signal: 'now' }];
const child = machine({ id: 'late', logic });
const host = tool({ name: 't', description: 'd', input: z.unknown(), run: () => 1 });
const read = <T>(ask: (reader: Awaited<ReturnType<typeof openReader>>) => Promise<T>) =>
  openReader(`${home}/store.db`).then((reader) => ask(reader).finally(() => reader.close()));

const doors: Readonly<Record<string, Door>> = {
  createSystem: {
    ask: (tried) => createSystem({ name: 'other', store: ':memory:', ...tried }),
    near: ['db', 'store'],
    wrong: [
      ...[{ intensity: '3' }, { period: '5' }, { period: Number.NaN }, { tools: [{ ...host, cor: true }] }],
      ...[{ inspector: { prot: 1 } }, { inspector: {} }, { inspector: { port: 0, redact: { key: [] } } }],
    ],
  },
  defineTree: { ask: (tried) => defineTree({ name: 'x', children: [], ...tried }), near: ['nmae', 'name'], wrong: [] },
  'pool of programs': {
    ask: (tried) => pool({ id: 'p', mode: 'exec', command, size: 1, ...tried }),
    near: ['restrat', 'restart'],
    wrong: [{ restart: 'x' }, { size: '4' }, { backoff: 5 }, { backoff: {} }, { window: 4 }, ...noTime('graceMs')],
  },
  'pool of workers': {
    ask: (tried) => pool({ id: 'p', command, size: 1, ...tried }),
    near: ['idleTTL', 'idleTtl'],
    wrong: [
      ...[{ config: { seen: new Set() } }, { config: [Number.NaN] }],
      ...[{ retry: { atempts: 3 } }, { retry: true }, { breaker: { failures: 3 } }, { onAsk: 'me' }, { contract: 5 }],
      ...noTime('bootMs', 'cancelGraceMs', 'heartbeatMs', 'silenceMs', 'ttl', 'idleTtl', 'sessionTtl'),
    ],
  },
  service: {
    ask: (tried) => service({ id: 's', command, ...tried }),
    near: ['helth', 'health'],
    wrong: [{ ready: { port: 1, hots: 'x' } }, { health: { check: 1, every: 3 } }, ...noTime('readyMs', 'graceMs')],
  },
  machine: {
    ask: (tried) => machine({ id: 'm', logic, persist: 'snapshot', ...tried }),
    near: ['presist', 'persist'],
    wrong: [
      ...[{ version: 1 }, { version: null }, { version: {} }, { migrate: 5 }, { persist: true }, { observe: 'yes' }],
      ...[{ mailbox: {} }, { mailbox: { limit: 1, policy: 'drop' } }, { mailbox: { limit: 0, policy: 'reject' } }],
      ...noTime('shutdown'),
    ],
  },
  supervisor: {
    ask: (tried) => supervisor({ id: 's', ...tried }),
    near: ['stratgy', 'strategy'],
    wrong: [
      ...[{ children: [{ id: 'x', start: () => logic }] }, { children: [{ ...child, restrat: 'x' }] }],
      ...[{ intensity: -1 }, { shutdown: 'never' }, { period: -1 }, { period: '5' }, { period: Number.NaN }],
    ],
  },
  dynamicSupervisor: {
    ask: (tried) => dynamicSupervisor({ id: 's', ...tried }),
    near: ['maxchildren', 'maxChildren'],
    wrong: [{ maxChildren: 1.5 }, { children: [] }, { strategy: 'one_for_all' }],
  },
  spec: {
    ask: (tried) => spec({ id: 's', start: () => logic, ...tried }),
    near: ['shutdwon', 'shutdown'],
    wrong: [{ start: 5 }, { role: 'king' }, { type: 'thing' }, { id: 5 }, ...noTime('shutdown')],
  },
  startChild: {
    ask: (tried) => system.supervisor().startChild({ ...child, ...tried }),
    near: ['restrat', 'restart'],
    wrong: [{ restart: 'sometimes' }, { backoff: { initialMs: '1' } }, { mailbox: 5 }],
  },
  'runs.start': {
    ask: (tried) => system.runs.start({ slots: ['true'], pool: 'sh', ...tried }),
    near: ['concurency', 'concurrency'],
    wrong: [{ retries: '3' }, { pool: 5 }, { reorderWindow: '4' }, { timeoutMs: Number.NaN }, { timeoutMs: '5s' }],
  },
  'runs.continue': {
    ask: (tried) => system.runs.continue(run.id, tried),
    near: ['retryfailed', 'retryFailed'],
    wrong: [{ retryFailed: 'yes' }],
  },
  'run.committed': {
    ask: (tried) => all(run.committed(tried)),
    near: ['form', 'from'],
    wrong: [{ from: 'there' }, ...noSignal],
  },
  'run.finished': { ask: (tried) => all(run.finished(tried)), near: ['singal', 'signal'], wrong: noSignal },
  exec: {
    ask: (tried) => system.execPool('sh').exec('true', tried),
    near: ['timeuot', 'timeout'],
    wrong: [{ stdin: 5 }, { stdin: '\ud800' }, { env: [] }, { env: { A: 5 } }, { cwd: 5 }, ...noSignal, ...noTimeout],
  },
  call: {
    ask: (tried) => system.pool('w').call('echo', {}, tried),
    near: ['timeoutMs', 'timeout'],
    wrong: [{ session: 5 }, { idempotent: 1 }, { ctx: { jbo: 'x' } }, { input: 5 }, ...noSignal, ...noTimeout],
  },
  stream: {
    ask: (tried) => all(system.pool('w').stream('count', { to: 1 }, tried)),
    near: ['sesion', 'session'],
    wrong: [...noSignal, ...noTimeout],
  },
  'tools.call': {
    ask: (tried) => system.tools.call('w.echo', {}, tried),
    near: ['timout', 'timeout'],
    wrong: [...noSignal, ...noTimeout],
  },
  'sessions.set': { ask: (tried) => system.sessions.set('s', 1, tried), near: ['ttlMs', 'ttl'], wrong: noTime('ttl') },
  'events.subscribe': {
    ask: (tried) => all(system.events.subscribe({ follow: false, ...tried })),
    near: ['afetr', 'after'],
    wrong: [
      { after: 1.5 },
      { after: '1' },
      { types: ['actor.restarted', 'actor.nothing'] },
      { types: 'x' },
      ...noSignal,
    ],
  },
  createInspector: {
    ask: (tried) => createInspector(system, tried),
    near: ['contrl', 'control'],
    wrong: [
      { control: 1 },
      { base: 'x' },
      { base: 5 },
      { hosts: 'x' },
      { token: 'short' },
      { redact: { values: [5] } },
    ],
  },
  inspectStore: {
    ask: (tried) => read((reader) => inspectStore(reader, { port: 0, ...tried })),
    near: ['prot', 'port'],
    wrong: [{ port: 65_536 }, { control: true }, { host: 5 }],
  },
  explain: {
    ask: (tried) => read((reader) => explain(reader, '/w', tried)),
    near: ['hsot', 'host'],
    wrong: [{ host: 5 }],
  },
  sweep: { ask: (tried) => sweep(`${home}/store.db`, tried), near: ['dryrun', 'dryRun'], wrong: [{ dryRun: 'yes' }] },
  'client connect': {
    ask: (tried) => connect({ url: 'http://127.0.0.1:1', ...tried }),
    near: ['tokne', 'token'],
    wrong: [{ url: 'nowhere' }, { url: 5 }, { token: 5 }, { socket: {} }],
  },
  worker: {
    ask: (tried) => worker({ methods: {}, ...tried }),
    near: ['concurency', 'concurrency'],
    wrong: [{ methods: [] }, { methods: { a: 5 } }, { methods: { a: { rnu: 5 } } }, { concurrency: 0 }, { start: 5 }],
  },
  untilReady: {
    ask: (tried) => untilReady(system, '/w', tried),
    near: ['timeuot', 'timeout'],
    wrong: [{ after: '1' }, ...noTimeout],
  },
  untilDown: { ask: (tried) => untilDown(system, '/nobody', tried), near: ['timout', 'timeout'], wrong: noTimeout },
  untilEvent: { ask: (tried) => untilEvent(system, () => true, tried), near: ['afer', 'after'], wrong: noTimeout },
  machinePaths: {
    ask: (tried) => machinePaths(logic, tried),
    near: ['evnets', 'events'],
    wrong: [{ kind: 'longest' }, { limit: 0 }, { events: 5 }, { until: 5 }],
  },
  testPaths: {
    ask: (tried) => testPaths(logic, tried),
    near: ['exept', 'except'],
    wrong: [{ kind: 'longest' }, { except: 5 }, { invariant: 5 }, { subject: 5 }],
  },
};

/** The error of a door, however it tells it. */
async function refusal(ask: () => unknown): Promise<unknown> {
  try {
    return `it took them: ${String(await ask())}`;
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(doors))('%s', (_, { ask, near: [wrong, right], wrong: misfits }) => {
  it('refuses an option that there is not, with the one that is meant', async () => {
    const meant = expect.stringMatching(new RegExp(`there is no option '${wrong}'; did you mean '${right}'\\?`));
    expect(await refusal(() => ask({ [wrong]: undefined }))).toMatchObject({ code: 'ESP_INVALID', message: meant });
  });

  it('refuses each value that does not fit, naming its option', async () => {
    for (const tried of misfits) {
      const [name = ''] = Object.keys(tried);
      const told = { code: 'ESP_INVALID', message: expect.stringContaining(name) };
      expect(await refusal(() => ask(tried)), `${name}: ${String(Object.values(tried)[0])}`).toMatchObject(told);
    }
  });
});

describe('an argument that does not fit', () => {
  const none = JSON.parse('null');
  const odd = JSON.parse('5');
  const doors: Readonly<Record<string, () => unknown>> = {
    'no event': () => system.actor('/w').send(none),
    'no listener': () => system.actor('/w').subscribe(odd),
    'no observer': () => system.actor('/w').subscribe({ next: odd }),
    'no observer at all': () => system.actor('/w').subscribe(none),
    'no handler': () => system.actor('/w').on('*', odd),
    'no monitor': () => system.monitor('/w', odd),
    'no name of a session': () => system.sessions.get(odd),
    'no name to touch': () => system.sessions.touch(none),
    'no name to delete': () => system.sessions.delete(''),
    'no words': () => system.tools.search(odd),
    'no time to begin': () => new SimulatedClock(Number.NaN),
    'no time to pass': () => new SimulatedClock().increment(Number.NaN),
    'time that goes back': () => new SimulatedClock().increment(-1),
    'no number of failures': () => new Faults().failStarts('/w', Number.NaN),
  };
  it.each(Object.entries(doors))('is refused: %s', async (_, ask) => {
    expect(await refusal(ask)).toMatchObject({ code: 'ESP_INVALID' });
  });

  it.each([undefined, 5, null, {}, { logic: 5 }, { transition: 5 }, 'ignored'])(
    'is refused where a start answers it: %j',
    async (answer) => {
      const child = Reflect.apply(spec, undefined, [{ id: 'odd', start: () => answer }]);
      const refused = {
        ok: false,
        cause: { code: 'ESP_INVALID', message: expect.stringMatching(/^the start of \/odd answered/) },
      };
      expect(await system.supervisor().startChild(child)).toMatchObject(refused);
      await system.supervisor().deleteChild('odd');
    },
  );
});

describe('what is refused', () => {
  it('says what a version is, for it is kept with each saved state', () => {
    const make = () => Reflect.apply(machine, undefined, [{ id: 'm', logic, persist: 'snapshot', version: 1 }]);
    expect(make).toThrow("child 'm': version is 1; it must be text, such as '1'");
  });

  it('shows no part of a token', async () => {
    expect(String(await refusal(() => createInspector(system, { token: 'hush-hush' })))).not.toContain('hush');
  });

  it('is the time of a helper that waits', async () => {
    expect(await refusal(() => until('never', () => false, Number.NaN))).toMatchObject({ code: 'ESP_INVALID' });
  });

  it('left nothing behind', async () => {
    expect(system.tree().some(({ path }) => path === '/late')).toBe(false);
    expect(await system.sessions.list()).toEqual([]);
  });
});
