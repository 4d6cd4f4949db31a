import { describe, expect, it } from 'vitest';
import { assign, createActor, createMachine, fromCallback, fromPromise } from 'xstate';
import { spec } from '../../../src/actors/tree/spec.js';
import { dynamicSupervisor, supervisor, supervisorHandle } from '../../../src/actors/tree/supervisor.js';
import { EspalierError } from '../../../src/errors.js';
import { TestTree } from './supervisor-tree.js';

const names = ['a', 'b', 'c'];

async function grow(options: Partial<Parameters<typeof supervisor>[0]> = {}) {
  const tree = new TestTree();
  const children = options.children ?? names.map((id) => tree.child(id));
  const cell = await tree.start(supervisor({ id: 'group', ...options, children }));
  tree.log.length = 0;
  return { tree, cell, handle: supervisorHandle(tree.env, '/group') };
}

/** What a caller without types may pass. */
function untyped(make: (options: never) => unknown, options: object): unknown {
  return Reflect.apply(make, undefined, [{ id: 'x', ...options }]);
}

function boom(): never {
  throw new Error('boom');
}

describe('starting', () => {
  it('goes in order, each child after the one before it has started', async () => {
    const tree = new TestTree();
    const started: string[] = [];
    const slow = (id: string) =>
      spec({
        id,
        start: async () => {
          started.push(`${id} asked`);
          await tree.settle();
          started.push(`${id} ready`);
          return tree.logic(id);
        },
      });
    await tree.start(supervisor({ id: 'group', children: [slow('a'), slow('b')] }));
    expect(started).toEqual(['a asked', 'a ready', 'b asked', 'b ready']);
  });

  it('waits for a child whose snapshot carries espalier.starting', async () => {
    const tree = new TestTree();
    const booting = createMachine({
      initial: 'booting',
      states: { booting: { tags: 'espalier.starting', on: { ready: 'up' } }, up: {} },
    });
    let up = false;
    const start = tree.start(supervisor({ id: 'group', children: [spec({ id: 'a', start: () => booting })] }));
    void start.then(() => {
      up = true;
    });
    await tree.settle();
    expect(up).toBe(false);
    tree.send('/group/a', 'ready');
    await start;
  });

  it('fails with ESP_START and its cause when a child fails, and the others stop newest first', async () => {
    const tree = new TestTree();
    const children = [tree.child('a'), tree.child('b'), spec({ id: 'c', start: boom })];
    const start = tree.start(supervisor({ id: 'group', children }));
    await expect(start).rejects.toMatchObject({
      code: 'ESP_START',
      cause: { message: 'boom' },
      context: { path: '/group/c' },
    });
    expect(tree.log).toEqual(['+a', '+b', '-b', '-a']);
    expect([...tree.directory.cells()]).toEqual([]);
  });

  it('counts a rejected start, and a logic that throws when it starts, as failures', async () => {
    for (const start of [() => Promise.reject(new Error('boom')), () => fromCallback(boom)]) {
      const tree = new TestTree();
      const start1 = tree.start(supervisor({ id: 'group', children: [spec({ id: 'a', start })] }));
      await expect(start1).rejects.toMatchObject({ code: 'ESP_START', cause: { message: 'boom' } });
    }
  });

  it('leaves out a child that ignores its start', async () => {
    const tree = new TestTree();
    const children = [spec({ id: 'a', start: async () => 'ignore' as const }), tree.child('b')];
    await tree.start(supervisor({ id: 'group', children }));
    const list = await supervisorHandle(tree.env, '/group').whichChildren();
    expect(list.map(({ id, status }) => `${id} ${status}`)).toEqual(['a stopped', 'b running']);
  });
});

describe('the end of a child', () => {
  it('restarts it in its next incarnation, with those its strategy takes along', async () => {
    const { tree } = await grow({ strategy: 'rest_for_one' });
    tree.send('/group/b', 'crash');
    await tree.settle();
    expect(tree.log).toEqual(['-b', '-c', '+b', '+c']);
    expect(names.map((id) => tree.directory.whereis(`/group/${id}`)?.incarnation)).toEqual([1, 2, 2]);
    expect(tree.journalled.map(({ type, path, incarnation }) => [type, path, incarnation])).toEqual([
      ['actor.crashed', '/group/b', 1],
      ['actor.restarted', '/group/b', 2],
      ['actor.restarted', '/group/c', 2],
    ]);
  });

  it('that somebody outside has stopped is shutdown: it restarts permanent children only', async () => {
    const tree = new TestTree();
    const children = [tree.child('a'), tree.child('b', { restart: 'transient' })];
    await tree.start(supervisor({ id: 'group', children }));
    await tree.directory.whereis('/group/a')?.stop(0, 'from outside');
    await tree.directory.whereis('/group/b')?.stop(0, 'from outside');
    await tree.settle();
    expect(tree.directory.whereis('/group/a')?.incarnation).toBe(2);
    expect(tree.directory.whereis('/group/b')).toBeUndefined();
  });

  it('that somebody outside has killed restarts transient children too', async () => {
    const { tree } = await grow({ children: [] });
    await supervisorHandle(tree.env, '/group').startChild(tree.child('t', { restart: 'transient' }));
    await tree.directory.whereis('/group/t')?.kill();
    await tree.settle();
    expect(tree.directory.whereis('/group/t')?.incarnation).toBe(2);
  });

  it('in the moment of its start is an end after a start', async () => {
    const tree = new TestTree();
    const done = spec({
      id: 'a',
      restart: 'transient',
      start: () => createMachine({ initial: 'x', states: { x: { type: 'final' } } }),
    });
    await tree.start(supervisor({ id: 'group', children: [done] }));
    await tree.settle();
    expect(await supervisorHandle(tree.env, '/group').countChildren()).toMatchObject({ specs: 1, active: 0 });
  });
});

describe('stopping', () => {
  it('goes in reverse and ends as shutdown', async () => {
    const { tree, cell } = await grow();
    expect(await cell.stop('infinity', 'enough')).toEqual({ kind: 'shutdown', reason: 'enough' });
    expect(tree.log).toEqual(['-c', '-b', '-a']);
    expect([...tree.directory.cells()]).toEqual([]);
  });

  it('waits for each child, and kills it when its time is over', async () => {
    const stubborn = createMachine({ on: { 'espalier.stop': { actions: () => undefined } } });
    const tree = new TestTree();
    const children = [tree.child('a'), spec({ id: 'b', shutdown: 100, start: () => stubborn })];
    const cell = await tree.start(supervisor({ id: 'group', children }));
    const exit = cell.stop('infinity');
    await tree.settle();
    expect(tree.log).toEqual(['+a']);
    tree.clock.increment(100);
    expect(await exit).toEqual({ kind: 'shutdown' });
    expect(tree.log).toEqual(['+a', '-a']);
  });

  it('withdraws a start that is still pending; what it answers later never runs', async () => {
    const tree = new TestTree();
    let answer: (logic: ReturnType<TestTree['logic']>) => void = () => undefined;
    const pending = spec({
      id: 'b',
      start: () => new Promise<ReturnType<TestTree['logic']>>((resolve) => (answer = resolve)),
    });
    const start = tree.start(supervisor({ id: 'group', children: [tree.child('a'), pending] }));
    start.catch(() => undefined);
    await tree.settle();
    const exit = tree.directory.whereis('/group')?.stop('infinity');
    expect(await exit).toEqual({ kind: 'shutdown' });
    answer(tree.logic('b'));
    await tree.settle();
    expect(tree.log).toEqual(['+a', '-a']);
  });

  it('stops a child that is starting', async () => {
    const tree = new TestTree();
    const booting = createMachine({
      initial: 'x',
      states: { x: { tags: 'espalier.starting', invoke: { src: tree.logic('b') } } },
    });
    const start = tree.start(supervisor({ id: 'group', children: [spec({ id: 'b', start: () => booting })] }));
    start.catch(() => undefined);
    await tree.settle();
    expect(await tree.directory.whereis('/group')?.stop('infinity')).toEqual({ kind: 'shutdown' });
    expect(tree.log).toEqual(['+b', '-b']);
  });
});

describe('no orphans', () => {
  it('when the supervisor is killed', async () => {
    const { tree, cell } = await grow();
    await cell.kill();
    expect(tree.log).toEqual(['-c', '-b', '-a']);
    expect([...tree.directory.cells()]).toEqual([]);
    await tree.settle();
    expect(tree.directory.deadLetters).toEqual({ unknown_path: 0, stale_incarnation: 0, ended: 0, mailbox_full: 0 });
  });

  it('when the machine of the supervisor itself fails', async () => {
    const { tree, cell } = await grow();
    tree.env.journal = boom;
    tree.send('/group/b', 'crash');
    expect(await cell.exited).toMatchObject({ kind: 'crash', error: { message: 'boom' } });
    expect(tree.log).toEqual(['-b', '-c', '-a']);
    expect([...tree.directory.cells()]).toEqual([]);
  });

  it('when a child is starting while the supervisor is killed', async () => {
    const tree = new TestTree();
    const booting = createMachine({
      initial: 'x',
      states: { x: { tags: 'espalier.starting', invoke: { src: tree.logic('b') } } },
    });
    const start = tree.start(supervisor({ id: 'group', children: [spec({ id: 'b', start: () => booting })] }));
    start.catch(() => undefined);
    await tree.settle();
    await tree.directory.whereis('/group')?.kill();
    expect(tree.log).toEqual(['+b', '-b']);
  });

  it('of supervisors below supervisors', async () => {
    const tree = new TestTree();
    const inner = supervisor({ id: 'inner', children: [tree.child('a'), tree.child('b')] });
    const cell = await tree.start(supervisor({ id: 'outer', children: [inner, dynamicSupervisor({ id: 'dynamic' })] }));
    await supervisorHandle(tree.env, '/outer/dynamic').startChild(tree.child('c'));
    await cell.kill();
    expect(tree.log.slice(3)).toEqual(['-c', '-b', '-a']);
    expect([...tree.directory.cells()]).toEqual([]);
  });
});

describe('escalation', () => {
  it('ends the supervisor after one restart too many; its own supervisor restarts it, and incarnations go on', async () => {
    const tree = new TestTree();
    const inner = supervisor({ id: 'inner', intensity: 1, children: [tree.child('a')] });
    await tree.start(supervisor({ id: 'outer', children: [inner] }));
    for (const expected of [2, 3]) {
      tree.send('/outer/inner/a', 'crash');
      await tree.settle();
      expect(tree.directory.whereis('/outer/inner/a')?.incarnation).toBe(expected);
    }
    expect(tree.directory.whereis('/outer/inner')?.incarnation).toBe(2);
    expect(tree.journalled.find(({ type }) => type === 'supervisor.escalated')).toMatchObject({
      path: '/outer/inner',
      incarnation: 1,
      data: { reason: 'crash: Error: a crashed', intensity: 1, periodMs: 5000 },
    });
  });

  it('reaches the top', async () => {
    const { tree, cell } = await grow({ intensity: 0 });
    tree.send('/group/b', 'crash');
    expect(await cell.exited).toMatchObject({
      kind: 'shutdown',
      reason: { type: 'max_restart_intensity', child: '/group/b' },
    });
    expect(tree.log).toEqual(['-b', '-c', '-a']);
  });

  it('takes the period from the clock it was given', async () => {
    const { tree } = await grow({ intensity: 1, period: 1000 });
    for (let round = 0; round < 5; round += 1) {
      tree.send('/group/a', 'crash');
      await tree.settle();
      tree.clock.increment(1001);
    }
    expect(tree.directory.whereis('/group/a')?.incarnation).toBe(6);
  });
});

describe('a restart loop', () => {
  it('alone: a state that enters itself again on failure has no limit', () => {
    let starts = 0;
    const failing = fromCallback(() => {
      starts += 1;
      if (starts < 2000) throw new Error('boom');
    });
    const loop = createMachine({
      initial: 'a',
      states: { a: { invoke: { src: failing, onError: { target: 'a', reenter: true } } } },
    });
    createActor(loop).start();
    expect(starts).toBe(2000);
  });

  it('under a supervisor: has the intensity for its limit', async () => {
    let starts = 0;
    const failing = spec({
      id: 'a',
      start: () => {
        starts += 1;
        return fromPromise(async () => boom());
      },
    });
    const { cell } = await grow({ children: [failing] });
    expect(await cell.exited).toMatchObject({ kind: 'shutdown' });
    expect(starts).toBe(4);
  });
});

describe('a backoff', () => {
  it('puts off the restart, on the clock it was given', async () => {
    const backoff = { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 };
    const tree = new TestTree();
    await tree.start(supervisor({ id: 'group', intensity: 10, children: [tree.child('a', { backoff })] }));
    tree.send('/group/a', 'crash');
    await tree.settle();
    tree.clock.increment(99);
    await tree.settle();
    expect(tree.log).toEqual(['+a', '-a']);
    tree.clock.increment(1);
    await tree.settle();
    expect(tree.log).toEqual(['+a', '-a', '+a']);
  });
});

it('a backoff that lasts when the supervisor ends leaves no timer', async () => {
  const backoff = { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 };
  const tree = new TestTree();
  const cell = await tree.start(supervisor({ id: 'group', children: [tree.child('a', { backoff })] }));
  tree.send('/group/a', 'crash');
  await tree.settle();
  expect(tree.clock.pending).toHaveLength(1);
  await cell.kill();
  expect(tree.clock.pending).toHaveLength(0);
});

it('a child that was specified from the beginning goes on counting when its supervisor was restarted', async () => {
  const tree = new TestTree();
  const inner = supervisor({ id: 'inner', children: [tree.child('a', { restart: 'temporary' })] });
  await tree.start(supervisor({ id: 'outer', children: [inner] }));
  tree.send('/outer/inner/a', 'finish');
  await tree.settle();
  await tree.directory.whereis('/outer/inner')?.kill();
  await tree.settle();
  expect(tree.directory.whereis('/outer/inner/a')?.incarnation).toBe(2);
});

describe('autoShutdown', () => {
  it('ends the supervisor with its significant child', async () => {
    const tree = new TestTree();
    const children = [tree.child('a'), tree.child('b', { restart: 'transient', significant: true })];
    const cell = await tree.start(supervisor({ id: 'group', autoShutdown: 'any_significant', children }));
    tree.send('/group/b', 'finish');
    expect(await cell.exited).toMatchObject({ kind: 'shutdown', reason: { type: 'auto_shutdown', child: '/group/b' } });
  });
});

describe('options that do not fit', () => {
  const tree = new TestTree();
  const significant = tree.child('a', { restart: 'temporary', significant: true });
  const wrong = {
    'an intensity that is no count': () => supervisor({ id: 'x', intensity: 1.5 }),
    'a period of nothing': () => supervisor({ id: 'x', period: 0 }),
    'two children of one id': () => supervisor({ id: 'x', children: [tree.child('a'), tree.child('a')] }),
    'a significant child where nothing is': () => supervisor({ id: 'x', children: [significant] }),
    'a negative maximum': () => dynamicSupervisor({ id: 'x', maxChildren: -1 }),
    'an id with a slash': () => supervisor({ id: 'x/y' }),
    'half a child': () => dynamicSupervisor({ id: 'x', maxChildren: 1.5 }),
    'a period in words': () => untyped(supervisor, { period: '5' }),
    'a strategy that nobody knows': () => untyped(supervisor, { strategy: 'one_for_some' }),
    'an end that nobody knows': () => untyped(supervisor, { autoShutdown: 'some_significant' }),
    'children that are none': () => untyped(supervisor, { children: [null, 5] }),
    'fixed children of a dynamic one': () => untyped(dynamicSupervisor, { children: [tree.child('a')] }),
    'siblings that a dynamic one should take along': () => untyped(dynamicSupervisor, { strategy: 'one_for_all' }),
  };
  for (const [what, make] of Object.entries(wrong)) {
    it(`are refused when written down: ${what}`, () => {
      expect(make).toThrow(EspalierError);
      expect(make).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
    });
  }
});

it('has no bound for its mailbox: the ends of its children come through it', () => {
  const bounded = () => untyped(supervisor, { mailbox: { limit: 1, policy: 'reject' } });
  expect(bounded).toThrow("supervisor 'x': there is no option 'mailbox'");
});

it('finished children of a machine are no children of a supervisor', async () => {
  const tree = new TestTree();
  const logic = createMachine({ entry: assign(({ spawn }) => void spawn(fromPromise(async () => 1))) });
  await tree.start(supervisor({ id: 'group', children: [spec({ id: 'a', start: () => logic })] }));
  await tree.settle();
  expect(tree.journalled).toEqual([]);
});
