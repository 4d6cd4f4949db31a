import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, type Snapshot, setup } from 'xstate';
import { z } from 'zod';
import { machine, spec } from '../../../src/actors/tree/spec.js';
import type { SnapshotLabel } from '../../../src/machines/snapshot-label.js';
import type { SnapshotStore } from '../../../src/persistence/store.js';
import { TestTree } from '../tree/supervisor-tree.js';
import { SavedTree } from './saved-tree.js';

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

it('restores a delay without end, which never fires', async () => {
  const logic = setup({ delays: { never: Number.POSITIVE_INFINITY } }).createMachine({
    id: 'patient',
    initial: 'a',
    states: { a: { after: { never: 'b' } }, b: {} },
  });
  const tree = new SavedTree();
  const first = await tree.next(saved({ logic }));
  await tree.settle();
  await first.kill();
  expect((await tree.next(saved({ logic }))).getSnapshot()).toMatchObject({ value: 'a' });
});

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

it.each<[unknown, string]>([
  [1, '1'],
  [2.5, '2.5'],
  [{ major: 1 }, '{"major":1}'],
  [null, 'null'],
])('opens what an earlier release saved of the version %j as that of %j', async (version, text) => {
  const tree = new SavedTree();
  const first = await tree.next(saved());
  first.send({ type: 'add' });
  await first.kill();
  tree.snapshots.relabel('/m', { version });
  expect((await tree.next(saved({ version: text }))).getSnapshot()).toMatchObject({ context: { count: 1 } });
});

it('quarantines a state that does not say what it is of, with a reason', async () => {
  const tree = new SavedTree();
  await (await tree.next(saved())).kill();
  tree.snapshots.relabel('/m', { machine: 7 });
  await expect(tree.next(saved())).rejects.toMatchObject({
    code: 'ESP_SNAPSHOT',
    message: expect.stringContaining('does not say of which machine'),
  });
  expect(tree.snapshots.rows).toMatchObject([{ kind: 'quarantined' }]);
});

describe('a definition that has changed under the same version', () => {
  const states = {
    a: { on: { go: 'b', add: { actions: assign({ count: ({ context }) => context.count + 1 }) } } },
    b: {},
  };
  const config = { id: 'm', context: { count: 0 }, initial: 'a', states };
  const work = fromPromise(() => new Promise(() => undefined));
  const actors = { work };
  const of = (given: object, schemas?: unknown, options: object = {}) =>
    saved({
      ...options,
      logic: Reflect.apply(setup({ actors, schemas }).createMachine, undefined, [{ ...config, ...given }]),
    });

  /** What the second machine makes of the state that the first one was left in. */
  async function handOver(first: object, second: ReturnType<typeof of>, events = ['add']) {
    const tree = new SavedTree();
    const cell = await tree.next(of(first));
    for (const type of events) cell.send({ type });
    await cell.kill();
    return { tree, next: await tree.next(second).catch((error: unknown) => error) };
  }

  const later = { ...states, a: { on: { ...states.a.on, more: 'b' } }, c: { after: { 10: 'a' } } };

  it('takes over what fits by name, and the journal says so', async () => {
    const { tree, next } = await handOver({}, of({ states: later }));
    expect(next).toMatchObject({ path: '/m' });
    expect(tree.journalled).toMatchObject([
      { type: 'snapshot.restored', data: { migratedFrom: null, definition: 'changed' } },
    ]);
  });

  it('asks no migrate for what fits, and one for what does not', async () => {
    const asked: string[] = [];
    const migrate = (snapshot: Snapshot<unknown>, from: SnapshotLabel) => {
      asked.push(from.version);
      return Object.assign({}, snapshot, { value: 'z' });
    };
    const migrating = (given: object) => of(given, undefined, { migrate });
    await handOver({}, migrating({ states: later }));
    expect(asked).toEqual([]);
    const { tree, next } = await handOver({}, migrating({ initial: 'z', states: { z: {} } }));
    expect([asked, next]).toMatchObject([['1'], { path: '/m' }]);
    expect(tree.journalled).toMatchObject([{ data: { migratedFrom: '1', definition: 'changed' } }]);
  });

  const timed = (delay: number) => ({ states: { ...states, a: { ...states.a, after: { [delay]: 'b' } } } });
  const working = (id: string) => ({ states: { ...states, a: { ...states.a, invoke: { src: 'work', id } } } });
  const inline = { states: { ...states, a: { ...states.a, invoke: { src: work, id: 'w' } } } };
  it.each<[string, object, object, RegExp]>([
    ['a state that is gone', {}, { initial: 'z', states: { z: {} } }, /State 'a' does not exist/],
    ['a delay that is gone', timed(10_000), {}, /waits for 'xstate\.after\.10000\.m\.a', which/],
    ['a delay of another length', timed(10_000), timed(20_000), /waits for 'xstate\.after\.20000\.m\.a' now/],
    ['a delay that is new in an active state', {}, timed(10_000), /for which what was saved has no timer/],
    ['an invoke that is new in an active state', {}, working('w'), /invokes 'w' now, which does not run/],
    ['an invoke under another id', working('v'), working('w'), /invokes 'w' now/],
    ['a state that is a final one now', {}, { states: { ...states, a: { type: 'final' } } }, /is a final one now/],
    ['a logic without a name', inline, { ...inline, description: 'changed' }, /'w' has a logic without a name/],
  ])('refuses %s, and keeps the state for the definition that it fits', async (_, first, second, reason) => {
    const { tree, next } = await handOver(first, of(second));
    expect(next).toMatchObject({ code: 'ESP_SNAPSHOT', message: expect.stringMatching(reason) });
    expect(next).toMatchObject({ message: expect.stringContaining('give the machine a migrate') });
    expect(tree.snapshots.rows).toMatchObject([{ kind: 'quarantined' }]);
    expect((await tree.next(of(first))).getSnapshot()).toMatchObject({ context: { count: 1 } });
  });

  it('takes over delays and invokes that are there as before, an invoke that has ended too', async () => {
    const same = { ...timed(10_000).states.a, invoke: { src: 'work', id: 'w' } };
    const { next } = await handOver({ states: { ...states, a: same } }, of({ states: { ...later, a: same } }));
    expect(next).toMatchObject({ path: '/m' });
    const quick = { actors: { work: fromPromise(async () => 1) } };
    const once = (given: object) =>
      saved({
        logic: Reflect.apply(setup(quick).createMachine, undefined, [{ ...config, ...working('w'), ...given }]),
      });
    const tree = new SavedTree();
    await (await tree.next(once({}))).kill();
    expect((await tree.next(once({ description: 'changed' }))).exit).toBeUndefined();
  });

  it('with a schema for its context is held to it, with and without a change', async () => {
    const strict = { context: z.object({ count: z.number().max(0) }) };
    for (const given of [{}, { states: later }]) {
      const { tree, next } = await handOver({}, of(given, strict));
      expect(next).toMatchObject({ code: 'ESP_SNAPSHOT', message: expect.stringMatching(/schema: context\.count: /) });
      expect(tree.snapshots.rows).toMatchObject([{ kind: 'quarantined' }]);
      const { next: taken } = await handOver({}, of(given, { context: z.object({ count: z.number() }) }));
      expect(taken).toMatchObject({ path: '/m' });
    }
  });

  it('of another version always goes to migrate, though it would fit', async () => {
    const tree = new SavedTree();
    await (await tree.next(saved())).kill();
    await expect(tree.next(saved({ version: '2' }))).rejects.toMatchObject({ code: 'ESP_SNAPSHOT' });
    await tree.next(saved({ version: '2', migrate: (snapshot) => snapshot }));
    expect(tree.journalled).toMatchObject([{ data: { migratedFrom: '1', definition: 'same' } }]);
  });
});

it('quarantines a state that is damaged, saying where', async () => {
  const tree = new SavedTree();
  await (await tree.next(saved())).kill();
  tree.snapshots.damage('/m', { snapshot: { status: 'active' }, timers: [{ due: 'soon' }] });
  await expect(tree.next(saved())).rejects.toMatchObject({
    code: 'ESP_SNAPSHOT',
    message: expect.stringMatching(/it is damaged: state\.timers\.0\.source: /),
  });
  expect(tree.snapshots.rows).toMatchObject([{ kind: 'quarantined' }]);
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
