import { expect, it } from 'vitest';
import { assign, createMachine, fromPromise } from 'xstate';
import { machine, spec } from '../../src/actors/spec.js';
import type { SnapshotStore } from '../../src/persistence/store.js';
import { SavedTree } from './saved-tree.js';
import { TestTree } from './supervisor-tree.js';

const counter = createMachine({
  id: 'counter',
  context: { count: 0 },
  initial: 'counting',
  states: {
    counting: { on: { add: { actions: assign({ count: ({ context }) => context.count + 1 }) }, finish: 'finished' } },
    finished: { type: 'final' },
  },
});

const saved = (options: Partial<Parameters<typeof machine>[0]> = {}) =>
  machine({ id: 'm', logic: counter, persist: 'snapshot', ...options });

it('saves the initial state, then what has changed, once for each turn', async () => {
  const tree = new SavedTree();
  const cell = await tree.next(saved());
  expect(tree.snapshots.writes).toBe(1);
  for (let n = 0; n < 1000; n += 1) cell.send({ type: 'add' });
  await tree.settle();
  expect(tree.snapshots.writes).toBe(2);
  cell.send({ type: 'unknown' });
  await tree.settle();
  expect(tree.snapshots.writes).toBe(2);
  expect(tree.snapshots.rows).toMatchObject([
    {
      kind: 'snapshot',
      state: { snapshot: { context: { count: 1000 } } },
      detail: { machine: 'counter', version: '1' },
    },
  ]);
});

it('has one write under way at most, and then saves the last state', async () => {
  const tree = new SavedTree();
  const commits: (() => void)[] = [];
  const put = tree.snapshots.put.bind(tree.snapshots);
  const slowly: SnapshotStore['put'] = (record) => new Promise((resolve) => commits.push(() => resolve(put(record))));
  tree.snapshots.put = slowly;
  const cell = await tree.next(saved());
  for (let n = 0; n < 5; n += 1) {
    cell.send({ type: 'add' });
    await tree.settle();
  }
  expect(commits).toHaveLength(1);
  commits[0]?.();
  await tree.settle();
  await tree.settle();
  commits[1]?.();
  await tree.settle();
  expect(commits).toHaveLength(2);
  expect(tree.snapshots.rows).toMatchObject([{ state: { snapshot: { context: { count: 5 } } } }]);
});

it('forgets the state of one that has finished, so that the next begins anew', async () => {
  const tree = new SavedTree();
  const cell = await tree.next(saved());
  cell.send({ type: 'add' });
  cell.send({ type: 'finish' });
  await tree.settle();
  expect(tree.snapshots.rows).toEqual([]);
  expect((await tree.next(saved())).getSnapshot()).toMatchObject({ context: { count: 0 } });
});

it('hands a state of another version to migrate, and says so in the journal', async () => {
  const tree = new SavedTree();
  const cell = await tree.next(saved());
  cell.send({ type: 'add' });
  await cell.kill();
  const seen: unknown[] = [];
  const migrating = saved({
    version: '2',
    migrate: (snapshot, from) => {
      seen.push(from);
      return Object.assign({}, snapshot, { context: { count: 100 } });
    },
  });
  expect((await tree.next(migrating)).getSnapshot()).toMatchObject({ context: { count: 100 } });
  expect(seen).toMatchObject([{ machine: 'counter', version: '1' }]);
  expect(tree.journalled).toMatchObject([
    { type: 'snapshot.restored', path: '/m', data: { savedBy: 'host', migratedFrom: '1' } },
  ]);
});

it('does not call migrate for what fits', async () => {
  const tree = new SavedTree();
  const migrate = () => {
    throw new Error('called');
  };
  await (await tree.next(saved({ migrate }))).kill();
  await tree.next(saved({ migrate }));
});

it('begins afresh when migrate says so, and keeps the old one', async () => {
  const tree = new SavedTree();
  const first = await tree.next(saved());
  first.send({ type: 'add' });
  await first.kill();
  const second = await tree.next(saved({ version: '2', migrate: () => undefined }));
  expect(second.getSnapshot()).toMatchObject({ context: { count: 0 } });
  expect(tree.snapshots.rows).toMatchObject([
    { kind: 'quarantined', state: { snapshot: { context: { count: 1 } } } },
    { kind: 'snapshot', state: { snapshot: { context: { count: 0 } } } },
  ]);
  second.send({ type: 'add' });
  await second.kill();
  expect((await tree.next(saved({ version: '2' }))).getSnapshot()).toMatchObject({ context: { count: 1 } });
});

it('refuses what another version saved, and a migrate that throws, with the reason; the right version finds it again', async () => {
  const tree = new SavedTree();
  const first = await tree.next(saved());
  first.send({ type: 'add' });
  await first.kill();
  await expect(tree.next(saved({ version: '2' }))).rejects.toThrow(/version 1, not 2.*migrate/);
  const migrate = () => {
    throw new Error('cannot');
  };
  await expect(tree.next(saved({ version: '2', migrate }))).rejects.toThrow('cannot');
  const other = createMachine({ id: 'other' });
  await expect(tree.next(saved({ logic: other }))).rejects.toThrow("of the machine 'counter'");
  expect((await tree.next(saved())).getSnapshot()).toMatchObject({ context: { count: 1 } });
});

it('is not for other logics, nor for trees without a store', async () => {
  const promise = fromPromise(async () => 1);
  expect(() => saved({ logic: promise })).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
  await expect(new TestTree().start(saved())).rejects.toMatchObject({ code: 'ESP_INVALID' });
});

it('is observed, as machines are that ask for it', async () => {
  const tree = new SavedTree();
  const cell = await tree.next(saved());
  await cell.kill();
  expect(tree.observed).toMatchObject([
    { state: 'counting', kept: true },
    { state: 'exited', kept: true },
  ]);
  expect(machine({ id: 'm', logic: counter, observe: true }).observe).toBe(true);
  expect(spec({ id: 'm', start: () => counter }).observe).toBe(false);
});
