import {
  type ActorHandle,
  type Ask,
  type Asks,
  type ExecPool,
  machine,
  type Pool,
  type PoolHandle,
  pool,
  type Run,
  type Runs,
  type Sessions,
  type SupervisorHandle,
  type System,
  type SystemTools,
  tool,
} from 'espalier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { z } from 'zod';
import { all, create, keptFolder, methodsCommand, outcome, remains, shells } from '../support/support.js';

/** What each member of a thing answers after `stop`. A member that is missing here does not compile. */
type Answers<T> = { readonly [K in keyof T]: readonly [ask: (it: T) => unknown, answer: unknown] };

const STOPPED = 'ESP_STOPPED';
const logic = createMachine({});
const spec = machine({ id: 'late', logic });
const anything: unknown = expect.anything();

function expectAnswers<T>(it: T, answers: Answers<T>): Promise<void> {
  return expectEach(
    Object.entries<Answers<T>[keyof T]>(answers).map(([name, [ask, answer]]) => [name, () => ask(it), answer]),
  );
}

async function expectEach(asked: readonly (readonly [name: string, ask: () => unknown, answer: unknown])[]) {
  const found = await Promise.all(asked.map(async ([name, ask]) => [name, await outcome(ask)]));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(asked.map(([name, , answer]) => [name, answer])));
}

let ran = 0;
const count = tool({ name: 'count', description: 'Counts', input: z.unknown(), run: () => (ran += 1) });

/** What a program holds of a system when that stops. */
interface Held {
  readonly system: System;
  readonly exec: ExecPool;
  readonly calls: Pool;
  readonly actor: ActorHandle;
  readonly root: SupervisorHandle;
  readonly run: Run;
  readonly ask: Ask;
}

const [home, removeHome] = keptFolder();
let held: Held;

beforeAll(async () => {
  let asked: (ask: Ask) => void = () => undefined;
  const question = new Promise<Ask>((resolve) => {
    asked = resolve;
  });
  const system = await create({
    store: `${home}/store.db`,
    tools: [count],
    onAsk: (ask) => asked(ask),
    children: [
      shells(),
      pool({ id: 'w', command: methodsCommand, size: 1, graceMs: 300 }),
      machine({ id: 'm', logic }),
    ],
  });
  const run = await system.runs.start({ slots: ['true'], pool: 'shell' });
  await run.done();
  await system.sessions.set('s', { kept: true });
  const answered = outcome(() => system.pool('w').call('ask', { question: 'Where?' }));
  const ask = await question;
  held = {
    system,
    exec: system.execPool('shell'),
    calls: system.pool('w'),
    actor: system.actor('/m'),
    root: system.supervisor(),
    run,
    ask,
  };
  await system.stop();
  expect(await answered).toMatch(/^ESP_(STOPPED|WORKER_EXITED)$/);
});
afterAll(() => {
  expect(remains(held.system.runId)).toEqual([]);
  removeHome();
});

const poolAnswers = (path: string): Answers<PoolHandle> => ({
  path: [(it) => it.path, path],
  serves: [(it) => it.serves.length, 0],
  ready: [(it) => it.ready(), STOPPED],
  resize: [(it) => it.resize(3), STOPPED],
  drain: [(it) => it.drain(), STOPPED],
  resume: [(it) => it.resume(), STOPPED],
  recycle: [(it) => it.recycle(), STOPPED],
  load: [(it) => it.load(), STOPPED],
});

describe('after stop', () => {
  it('a system has nobody left, and starts nothing', () =>
    expectAnswers<System>(held.system, {
      name: [(it) => it.name, 'test'],
      runId: [(it) => it.runId, held.system.runId],
      start: [(it) => it.start({ name: 'test', children: [spec] }), STOPPED],
      stop: [(it) => it.stop(), undefined],
      [Symbol.asyncDispose]: [(it) => it[Symbol.asyncDispose](), undefined],
      ended: [(it) => it.ended, { kind: 'shutdown' }],
      pool: [(it) => it.pool('w'), STOPPED],
      execPool: [(it) => it.execPool('shell'), STOPPED],
      supervisor: [(it) => it.supervisor('/'), expect.objectContaining({ path: '/' })],
      actor: [(it) => it.actor('/m'), expect.objectContaining({ path: '/m' })],
      whereis: [(it) => it.whereis('/m'), undefined],
      tree: [(it) => it.tree(), []],
      link: [(it) => it.link('/m', '/shell'), STOPPED],
      monitor: [(it) => new Promise((resolve) => it.monitor('/m', ({ exit }) => resolve(exit))), { kind: 'noproc' }],
      deadLetters: [(it) => it.deadLetters.counts, anything],
      inspector: [(it) => it.inspector, null],
      inspected: [(it) => it.inspected, anything],
      events: [(it) => all(it.events.subscribe()), STOPPED],
      tools: [(it) => it.tools, anything],
      asks: [(it) => it.asks, anything],
      sessions: [(it) => it.sessions, anything],
      runs: [(it) => it.runs, anything],
      jobs: [(it) => it.jobs.list(), STOPPED],
      queues: [(it) => it.queues.list(), STOPPED],
      limits: [(it) => it.limits.list(), STOPPED],
      operations: [(it) => it.operations.call('x'), STOPPED],
      schedules: [(it) => it.schedules.list(), STOPPED],
    }));

  it('a pool of programs takes none', () =>
    expectAnswers<ExecPool>(held.exec, {
      ...poolAnswers('/shell'),
      mode: [(it) => it.mode, 'exec'],
      exec: [(it) => it.exec('true'), STOPPED],
    }));

  it('a pool of workers takes no calls', () =>
    expectAnswers<Pool>(held.calls, {
      ...poolAnswers('/w'),
      mode: [(it) => it.mode, 'protocol'],
      call: [(it) => it.call('add', { a: 1, b: 2 }), STOPPED],
      stream: [(it) => all(it.stream('count', { to: 2 })), STOPPED],
      methods: [(it) => it.methods(), STOPPED],
      observe: [(it) => it.observe(() => undefined), STOPPED],
    }));

  it('a supervisor answers no question', () =>
    expectAnswers<SupervisorHandle>(held.root, {
      path: [(it) => it.path, '/'],
      startChild: [(it) => it.startChild(spec), STOPPED],
      terminateChild: [(it) => it.terminateChild('m'), STOPPED],
      restartChild: [(it) => it.restartChild('m'), STOPPED],
      deleteChild: [(it) => it.deleteChild('m'), STOPPED],
      whichChildren: [(it) => it.whichChildren(), STOPPED],
      countChildren: [(it) => it.countChildren(), STOPPED],
      getChildSpec: [(it) => it.getChildSpec('m'), STOPPED],
    }));

  it('an actor hears nothing', () =>
    expectAnswers<ActorHandle>(held.actor, {
      path: [(it) => it.path, '/m'],
      id: [(it) => it.id, '/m'],
      sessionId: [(it) => it.sessionId, STOPPED],
      system: [(it) => it.system, STOPPED],
      src: [(it) => it.src, STOPPED],
      start: [(it) => it.start(), undefined],
      getPersistedSnapshot: [(it) => it.getPersistedSnapshot(), STOPPED],
      select: [(it) => it.select((snapshot) => snapshot.status).get(), STOPPED],
      on: [(it) => it.on('*', () => undefined), STOPPED],
      [Symbol.observable]: [(it) => it, held.actor],
      send: [(it) => it.send({ type: 'hello' }), false],
      getSnapshot: [(it) => it.getSnapshot(), STOPPED],
      subscribe: [(it) => it.subscribe(() => undefined), STOPPED],
      mailbox: [(it) => it.mailbox(), STOPPED],
      stop: [(it) => it.stop(), STOPPED],
      kill: [(it) => it.kill(), STOPPED],
    }));

  it('runs are neither started nor continued', () =>
    expectAnswers<Runs>(held.system.runs, {
      start: [(it) => it.start({ slots: ['true'], pool: 'shell' }), STOPPED],
      continue: [(it) => it.continue(held.run.id, { retryFailed: true }), STOPPED],
    }));

  it('a run is neither read nor changed', () =>
    expectAnswers<Run>(held.run, {
      id: [(it) => it.id, held.run.id],
      record: [(it) => it.record(), STOPPED],
      done: [(it) => it.done(), STOPPED],
      committed: [(it) => all(it.committed({ from: 'start' })), STOPPED],
      finished: [(it) => all(it.finished()), STOPPED],
      pause: [(it) => it.pause(), STOPPED],
      resume: [(it) => it.resume(), STOPPED],
      stop: [(it) => it.stop(), STOPPED],
    }));

  it('sessions are neither read nor kept', () =>
    expectAnswers<Sessions>(held.system.sessions, {
      get: [(it) => it.get('s'), STOPPED],
      list: [(it) => it.list(), STOPPED],
      set: [(it) => it.set('s', 1), STOPPED],
      touch: [(it) => it.touch('s'), STOPPED],
      delete: [(it) => it.delete('s'), STOPPED],
      stop: [(it) => it.stop(), undefined],
    }));

  it('nobody waits for an answer', async () => {
    await expectAnswers<Omit<Asks, 'open'>>(held.system.asks, {
      list: [(it) => it.list(), []],
      answer: [(it) => it.answer(held.ask.id, 'yes'), 'ESP_NOT_FOUND'],
      refuse: [(it) => it.refuse(held.ask.id, new Error('no')), 'ESP_NOT_FOUND'],
    });
    // Who still holds the question may answer it; nobody hears it.
    expect(held.ask.signal.aborted).toBe(true);
    expect(await outcome(() => held.ask.answer('yes'))).toBeUndefined();
    expect(await outcome(() => held.ask.refuse(new Error('no')))).toBeUndefined();
  });

  it('no tool is run', async () => {
    await expectAnswers<SystemTools>(held.system.tools, {
      list: [(it) => it.list().map(({ name }) => name), ['count']],
      search: [(it) => it.search('counts').map(({ name }) => name), ['count']],
      call: [(it) => it.call('count'), STOPPED],
      callAll: [
        (it) => it.callAll([{ name: 'count' }, { name: 'w.add' }]),
        [1, 2].map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: STOPPED }) })),
      ],
    });
    expect(ran).toBe(0);
  });

  it('stop, as often as it is called, resolves', async () => {
    expect(await Promise.all([1, 2, 3].map(() => outcome(() => held.system.stop())))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
