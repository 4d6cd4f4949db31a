import { describe, expect, it } from 'vitest';
import { fromCallback } from 'xstate';
import { spec } from '../../../src/actors/tree/spec.js';
import { dynamicSupervisor, supervisor, supervisorHandle } from '../../../src/actors/tree/supervisor.js';
import { TestTree } from './supervisor-tree.js';

async function grow() {
  const tree = new TestTree();
  const cell = await tree.start(supervisor({ id: 'group', children: [tree.child('a'), tree.child('b')] }));
  return { tree, cell, handle: supervisorHandle(tree.env, '/group') };
}

describe('a static supervisor', () => {
  it('starts, terminates, restarts and deletes children on demand', async () => {
    const { tree, handle } = await grow();
    expect(await handle.startChild(tree.child('c'))).toEqual({ ok: true, path: '/group/c', ignored: false });
    expect(await handle.startChild(tree.child('c'))).toEqual({ ok: false, error: 'already_started' });
    expect(await handle.deleteChild('c')).toEqual({ ok: false, error: 'running' });
    expect(await handle.terminateChild('c')).toEqual({ ok: true });
    expect(tree.directory.whereis('/group/c')).toBeUndefined();
    expect(await handle.startChild(tree.child('c'))).toEqual({ ok: false, error: 'already_present' });
    expect(await handle.restartChild('c')).toEqual({ ok: true, path: '/group/c', ignored: false });
    expect(tree.directory.whereis('/group/c')?.incarnation).toBe(2);
    expect(await handle.restartChild('c')).toEqual({ ok: false, error: 'running' });
    expect(await handle.terminateChild('c')).toEqual({ ok: true });
    expect(await handle.deleteChild('c')).toEqual({ ok: true });
    expect(await handle.deleteChild('c')).toEqual({ ok: false, error: 'not_found' });
    expect(tree.log).toEqual(['+a', '+b', '+c', '-c', '+c', '-c']);
  });

  it('refuses what is no child specification, and lives on', async () => {
    const { cell, handle } = await grow();
    for (const child of [{}, { id: 'x' }, null, 5]) {
      const start = Reflect.apply(handle.startChild, undefined, [child]);
      await expect(start).rejects.toMatchObject({ code: 'ESP_INVALID' });
    }
    expect(cell.exit).toBeUndefined();
  });

  it('is the only one who is asked: others would never answer', async () => {
    const { tree } = await grow();
    const { whichChildren } = supervisorHandle(tree.env, '/group/a');
    await expect(whichChildren()).rejects.toMatchObject({
      code: 'ESP_NOT_FOUND',
      message: 'no supervisor lives at /group/a',
    });
  });

  it('tells what it has', async () => {
    const { tree, handle } = await grow();
    await handle.terminateChild('b');
    expect(await handle.whichChildren()).toEqual([
      { id: 'a', path: '/group/a', incarnation: 1, status: 'running', type: 'worker' },
      { id: 'b', path: '/group/b', incarnation: 1, status: 'stopped', type: 'worker' },
    ]);
    expect(await handle.countChildren()).toEqual({ specs: 2, active: 1, supervisors: 0, workers: 2 });
    expect(await handle.getChildSpec('a')).toMatchObject({
      ok: true,
      child: { id: 'a', restart: 'permanent', role: 'machine' },
    });
    expect(await handle.getChildSpec('z')).toEqual({ ok: false, error: 'not_found' });
    expect(tree.directory.deadLetters).toEqual({ unknown_path: 0, stale_incarnation: 0, ended: 0, mailbox_full: 0 });
  });

  it('answers a failed start with its cause, and an ignored one as such', async () => {
    const { handle } = await grow();
    const cause = new Error('boom');
    expect(await handle.startChild(spec({ id: 'c', start: () => Promise.reject(cause) }))).toEqual({
      ok: false,
      error: 'start_failed',
      cause,
    });
    expect(await handle.startChild(spec({ id: 'd', start: () => 'ignore' }))).toEqual({
      ok: true,
      path: '/group/d',
      ignored: true,
    });
  });

  it('does one thing at a time', async () => {
    const { tree, handle } = await grow();
    let answer: () => void = () => undefined;
    const slow = spec({
      id: 'slow',
      start: () =>
        new Promise<ReturnType<TestTree['logic']>>((resolve) => {
          answer = () => resolve(tree.logic('slow'));
        }),
    });
    const answers: string[] = [];
    const note = (name: string) => () => void answers.push(name);
    const calls = [
      handle.startChild(slow).then(note('slow')),
      handle.startChild(tree.child('c')).then(note('c')),
      handle.countChildren().then(note('count')),
    ];
    await tree.settle();
    expect(answers).toEqual([]);
    answer();
    await Promise.all(calls);
    expect(answers).toEqual(['slow', 'c', 'count']);
  });
});

describe('a call', () => {
  it('to a path where nobody lives rejects with ESP_NOT_FOUND', async () => {
    const tree = new TestTree();
    await expect(supervisorHandle(tree.env, '/nobody').countChildren()).rejects.toMatchObject({
      code: 'ESP_NOT_FOUND',
    });
  });

  it('that the supervisor does not live to answer rejects with ESP_STOPPED', async () => {
    const { cell, handle } = await grow();
    const call = handle.startChild(spec({ id: 'c', start: () => new Promise(() => undefined) }));
    await Promise.resolve();
    void cell.kill();
    await expect(call).rejects.toMatchObject({ code: 'ESP_STOPPED' });
  });

  it('that comes while the supervisor stops is refused', async () => {
    const { cell, handle, tree } = await grow();
    const waiting = handle.startChild(spec({ id: 'slow', start: () => new Promise(() => undefined) }));
    const queued = handle.startChild(tree.child('c'));
    const count = handle.countChildren();
    count.catch(() => undefined);
    await tree.settle();
    const exit = cell.stop('infinity');
    expect(await waiting).toEqual({ ok: false, error: 'stopping' });
    expect(await queued).toEqual({ ok: false, error: 'stopping' });
    await expect(count).rejects.toMatchObject({ code: 'ESP_STOPPED' });
    expect(await exit).toEqual({ kind: 'shutdown' });
  });

  it('leaves no monitor behind', async () => {
    const { tree, handle } = await grow();
    let monitors = 0;
    const { directory } = tree;
    const monitor = directory.monitor.bind(directory);
    directory.monitor = (path, fn) => {
      const watch = monitor(path, fn);
      monitors += 1;
      return {
        [Symbol.dispose]: () => {
          monitors -= 1;
          watch[Symbol.dispose]();
        },
      };
    };
    await handle.countChildren();
    await handle.terminateChild('z');
    expect(monitors).toBe(0);
  });

  it('finds the supervisor again after its restart', async () => {
    const tree = new TestTree();
    const group = supervisor({ id: 'group', children: [tree.child('a')] });
    await tree.start(supervisor({ id: 'top', children: [group] }));
    const handle = supervisorHandle(tree.env, '/top/group');
    await tree.directory.whereis('/top/group')?.kill();
    await tree.settle();
    expect(await handle.countChildren()).toMatchObject({ active: 1 });
  });
});

describe('a dynamic supervisor', () => {
  async function growDynamic(maxChildren: number) {
    const tree = new TestTree();
    const cell = await tree.start(dynamicSupervisor({ id: 'agents', maxChildren }));
    return { tree, cell, handle: supervisorHandle(tree.env, '/agents') };
  }

  it('answers as Elixir’s does', async () => {
    const { tree, handle } = await growDynamic(1);
    expect(await handle.startChild(tree.child('x'))).toEqual({ ok: true, path: '/agents/x', ignored: false });
    expect(await handle.startChild(tree.child('x'))).toEqual({ ok: false, error: 'already_started' });
    expect(await handle.startChild(tree.child('y'))).toEqual({ ok: false, error: 'max_children' });
    expect(await handle.restartChild('x')).toEqual({ ok: false, error: 'simple_one_for_one' });
    expect(await handle.deleteChild('x')).toEqual({ ok: false, error: 'simple_one_for_one' });
    expect(await handle.terminateChild('x')).toEqual({ ok: true });
    expect(await handle.countChildren()).toEqual({ specs: 0, active: 0, supervisors: 0, workers: 0 });
    expect(await handle.startChild(tree.child('y'))).toMatchObject({ ok: true });
  });

  it('stops its children together', async () => {
    const { tree, cell, handle } = await growDynamic(10);
    const stopping: string[] = [];
    const polite = (id: string) => spec({ id, start: () => fromCallback(() => () => void stopping.push(id)) });
    for (const id of ['x', 'y', 'z']) await handle.startChild(polite(id));
    expect(await cell.stop('infinity')).toEqual({ kind: 'shutdown' });
    expect(stopping.sort()).toEqual(['x', 'y', 'z']);
    expect([...tree.directory.cells()]).toEqual([]);
  });

  it('remembers nothing of children that are gone', async () => {
    const { tree, handle } = await growDynamic(10);
    for (let round = 0; round < 3; round += 1) {
      await handle.startChild(tree.child('x', { restart: 'temporary' }));
      tree.send('/agents/x', 'finish');
      await tree.settle();
      expect(tree.directory.lastIncarnation('/agents/x')).toBe(0);
    }
  });
});
