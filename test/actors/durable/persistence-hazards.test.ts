import { describe, expect, it } from 'vitest';
import {
  type AnyActorLogic,
  assign,
  createActor,
  createMachine,
  fromCallback,
  fromPromise,
  raise,
  SimulatedClock,
  type Snapshot,
  setup,
} from 'xstate';
import { machine } from '../../../src/actors/tree/spec.js';
import { turn, uncaughtDuring } from '../cell/cell-uncaught.js';
import { SavedTree } from './saved-tree.js';

/** The hazards of XState's persistence, twice each: alone they strike, of a machine that is saved in a tree they do not. */

function throughJson(snapshot: unknown): Snapshot<unknown> {
  return JSON.parse(JSON.stringify(snapshot));
}

/** The state of another actor of the same logic that goes on from what was persisted of this one. */
function restoredAlone(logic: AnyActorLogic, persisted: unknown, clock = new SimulatedClock()) {
  return createActor(logic, { snapshot: throughJson(persisted), clock }).start();
}

const saved = (logic: AnyActorLogic) => machine({ id: 'm', logic, persist: 'snapshot' });

describe('after timers lost on restore', () => {
  const logic = createMachine({
    initial: 'waiting',
    states: { waiting: { after: { 1000: 'done' } }, done: {} },
  });

  it('alone: the state waits for ever', () => {
    const clock = new SimulatedClock();
    const actor = createActor(logic, { clock }).start();
    clock.increment(400);
    const again = restoredAlone(logic, actor.getPersistedSnapshot(), clock);
    actor.stop();
    clock.increment(10_000);
    expect(again.getSnapshot().value).toBe('waiting');
  });

  it('in our tree: what is left of the time is waited for', async () => {
    const tree = new SavedTree();
    const first = await tree.next(saved(logic));
    tree.clock.increment(400);
    await first.kill();
    const second = await tree.next(saved(logic));
    tree.clock.increment(599);
    expect(second.getSnapshot()).toMatchObject({ value: 'waiting' });
    tree.clock.increment(1);
    expect(second.getSnapshot()).toMatchObject({ value: 'done' });
  });

  it('in our tree: one that is overdue comes at once, also that of an actor below', async () => {
    const parent = setup({ actors: { child: logic } }).createMachine({ invoke: { id: 'child', src: 'child' } });
    const tree = new SavedTree();
    const first = await tree.next(saved(parent));
    await first.kill();
    tree.clock.increment(5000);
    const second = await tree.next(saved(parent));
    tree.clock.increment(0);
    const children = second.ref.getSnapshot().children;
    expect(children.child.getSnapshot().value).toBe('done');
  });

  it('in our tree: leaving the state takes the timer along', async () => {
    const leaving = createMachine({
      initial: 'waiting',
      states: { waiting: { after: { 1000: 'late' }, on: { go: 'gone' } }, late: {}, gone: {} },
    });
    const tree = new SavedTree();
    await (await tree.next(saved(leaving))).kill();
    const second = await tree.next(saved(leaving));
    second.send({ type: 'go' });
    expect(tree.clock.pending.length).toBe(0);
  });
});

describe('a mailbox lost on restore', () => {
  const logic = createMachine({
    context: { count: 0, seen: undefined },
    on: {
      go: {
        actions: [({ self }) => self.send({ type: 'add' }), ({ context, self }) => context.count > 9 && self.stop()],
      },
      add: { actions: assign({ count: ({ context }) => context.count + 1 }) },
    },
  });

  it('alone: what waits while an actor is persisted is not in it', () => {
    let persisted: unknown;
    const peeking = logic.provide({});
    const actor = createActor(peeking, {
      inspect: (event) => {
        if (event.type === '@xstate.microstep' && event.event.type === 'go') persisted = actor.getPersistedSnapshot();
      },
    }).start();
    actor.send({ type: 'go' });
    expect(restoredAlone(logic, persisted).getSnapshot().context).toMatchObject({ count: 0 });
  });

  it('in our tree: an actor is saved when nothing waits for it', async () => {
    const tree = new SavedTree();
    const first = await tree.next(saved(logic));
    first.send({ type: 'go' });
    await tree.settle();
    await first.kill();
    expect((await tree.next(saved(logic))).getSnapshot()).toMatchObject({ context: { count: 1 } });
  });
});

describe('active promises and callbacks', () => {
  const make = (log: string[]) =>
    setup({
      actors: {
        work: fromPromise(() => {
          log.push('work');
          return new Promise(() => undefined);
        }),
      },
    }).createMachine({
      initial: 'busy',
      states: { busy: { entry: () => void log.push('entry'), invoke: { src: 'work' } } },
    });

  it('alone: run again, and entry actions do not', () => {
    const log: string[] = [];
    const logic = make(log);
    restoredAlone(logic, createActor(logic).start().getPersistedSnapshot());
    expect(log).toEqual(['work', 'entry', 'work']);
  });

  // What was running when its host died must run again or be lost: this is kept, and said in docs/semantics.md.
  it('in our tree: the same, deliberately', async () => {
    const log: string[] = [];
    const tree = new SavedTree();
    await (await tree.next(saved(make(log)))).kill();
    await tree.next(saved(make(log)));
    expect(log).toEqual(['work', 'entry', 'work']);
  });
});

describe('a logic that was spawned inline', () => {
  const logic = createMachine({
    context: {},
    on: {
      go: {
        actions: assign(
          ({ spawn }) =>
            void spawn(
              fromCallback(() => undefined),
              { id: 'inline' },
            ),
        ),
      },
    },
  });

  it('alone: cannot be persisted, or is restored as a zombie', async () => {
    const actor = createActor(logic).start();
    actor.send({ type: 'go' });
    expect(() => actor.getPersistedSnapshot()).toThrow('inline');
    const unsafe = logic.getPersistedSnapshot(actor.getSnapshot(), { __unsafeAllowInlineActors: true });
    const zombie = restoredAlone(logic, unsafe).getSnapshot().children.inline;
    const caught = await uncaughtDuring(() => zombie?.send({ type: 'x' }));
    expect(caught).toMatchObject([{ message: expect.stringContaining('not a function') }]);
  });

  it('in our tree: crashes the actor with ESP_SNAPSHOT, which goes on from the state before', async () => {
    const tree = new SavedTree();
    const first = await tree.next(saved(logic));
    first.send({ type: 'go' });
    await tree.settle();
    expect(first.exit).toMatchObject({ kind: 'crash', error: { code: 'ESP_SNAPSHOT' } });
    expect((await tree.next(saved(logic))).getSnapshot()).toMatchObject({ status: 'active', children: {} });
  });
});

describe('a missing src', () => {
  const child = fromCallback(() => undefined);
  const old = setup({ actors: { child } }).createMachine({
    id: 'm',
    context: {},
    entry: assign(({ spawn }) => void spawn('child', { id: 'child' })),
  });
  const present = createMachine({ id: 'm', context: {} });

  it('alone: drops the child silently', () => {
    const persisted = createActor(old).start().getPersistedSnapshot();
    expect(restoredAlone(present, persisted).getSnapshot().children).toEqual({});
  });

  it('in our tree: is a typed error, and quarantined', async () => {
    const tree = new SavedTree();
    await (await tree.next(saved(old))).kill();
    const kept = machine({
      id: 'm',
      logic: present,
      persist: 'snapshot',
      version: '2',
      migrate: (snapshot) => snapshot,
    });
    await expect(tree.next(kept)).rejects.toMatchObject({ code: 'ESP_SNAPSHOT' });
    expect(tree.snapshots.reasons).toEqual([expect.stringContaining("'child'")]);
    expect(tree.snapshots.rows).toMatchObject([{ kind: 'quarantined' }]);
  });
});

describe('a state that was removed', () => {
  const old = createMachine({ id: 'm', initial: 'old', states: { old: {}, kept: {} } });
  const present = createMachine({ id: 'm', initial: 'kept', states: { kept: {} } });

  it('alone: is an untyped error', () => {
    const persisted = throughJson(createActor(old).start().getPersistedSnapshot());
    const actor = createActor(present, { snapshot: persisted });
    actor.subscribe({ error: () => undefined });
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: { message: expect.stringContaining('old') } });
  });

  it('in our tree: is a typed error, quarantined and never dropped, however often it is tried', async () => {
    const tree = new SavedTree();
    await (await tree.next(saved(old))).kill();
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(tree.next(saved(present))).rejects.toMatchObject({
        code: 'ESP_SNAPSHOT',
        context: { path: '/m', saved: { version: '1' } },
      });
    }
    expect(tree.snapshots.rows).toMatchObject([{ kind: 'quarantined', state: { snapshot: { value: 'old' } } }]);
  });

  it('in our tree: also after a migrate that did not see to it', async () => {
    const tree = new SavedTree();
    await (await tree.next(saved(old))).kill();
    const hasty = machine({
      id: 'm',
      logic: present,
      persist: 'snapshot',
      version: '2',
      migrate: (snapshot) => snapshot,
    });
    await expect(tree.next(hasty)).rejects.toMatchObject({ code: 'ESP_SNAPSHOT' });
  });
});

describe('values that JSON does not know', () => {
  const context = { map: new Map([['a', new Set([1])]]), date: new Date(5), error: new TypeError('bad'), big: 5n };
  const logic = createMachine({ context });

  it('alone: do not survive', () => {
    const { big: _, ...known } = context;
    const actor = createActor(createMachine({ context: known })).start();
    expect(throughJson(actor.getPersistedSnapshot())).toMatchObject({
      context: { map: {}, date: expect.any(String), error: {} },
    });
  });

  it('in our tree: are carried', async () => {
    const tree = new SavedTree();
    await (await tree.next(saved(logic))).kill();
    const restored = await tree.next(saved(createMachine({ context: { map: 0, date: 0, error: 0, big: 0 } })));
    expect(restored.ref.getSnapshot().context).toEqual(context);
    expect(restored.ref.getSnapshot().context.error).toMatchObject({ name: 'TypeError', message: 'bad' });
  });

  it('in our tree: those that cannot be carried crash the actor, and say where they are', async () => {
    const tree = new SavedTree();
    const first = await tree.next(saved(createMachine({ context: { deep: [{ run: () => undefined }] } })));
    expect(first.exit).toMatchObject({
      kind: 'crash',
      error: { code: 'ESP_SNAPSHOT', message: expect.stringContaining('snapshot.context.deep[0].run is a function') },
    });
  });
});

describe('a snapshot taken after the stop', () => {
  const logic = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });

  it('alone: is stopped for ever', () => {
    const actor = createActor(logic).start();
    actor.stop();
    expect(restoredAlone(logic, actor.getPersistedSnapshot()).getSnapshot().status).toBe('stopped');
  });

  it('in our tree: what is saved is the state in which it was asked to stop, to its last change', async () => {
    const tree = new SavedTree();
    const first = await tree.next(saved(logic));
    first.send({ type: 'go' });
    await first.stop(5000);
    await tree.settle();
    expect((await tree.next(saved(logic))).getSnapshot()).toMatchObject({ status: 'active', value: 'b' });
  });
});

describe('a snapshot taken inside an action', () => {
  it('alone: is the state before it', () => {
    const taken: unknown[] = [];
    const logic = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { entry: ({ self }) => void taken.push(self.getPersistedSnapshot()) } },
    });
    createActor(logic).start().send({ type: 'go' });
    expect(taken).toMatchObject([{ value: 'a' }]);
  });

  it('in our tree: is not taken; the actor is saved once it has settled', async () => {
    const logic = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { entry: raise({ type: 'on' }), on: { on: 'c' } }, c: {} },
    });
    const tree = new SavedTree();
    const first = await tree.next(saved(logic));
    first.send({ type: 'go' });
    await tree.settle();
    expect(tree.snapshots.rows).toMatchObject([{ state: { snapshot: { value: 'c' } } }]);
  });
});

describe('a crash in the turn of a change', () => {
  it('in our tree: the change is saved, the crash is not', async () => {
    const logic = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: {} },
      on: {
        crash: {
          actions: () => {
            throw new Error('boom');
          },
        },
      },
    });
    const tree = new SavedTree();
    const first = await tree.next(saved(logic));
    first.send({ type: 'go' });
    first.send({ type: 'crash' });
    expect(await first.exited).toMatchObject({ kind: 'crash' });
    await turn();
    expect((await tree.next(saved(logic))).getSnapshot()).toMatchObject({ value: 'b' });
  });
});

describe('a child that crashes in the turn of a change', () => {
  const child = fromCallback(({ receive }) => {
    receive(() => {
      throw new Error('boom');
    });
  });
  const logic = setup({ actors: { child } }).createMachine({
    invoke: { id: 'child', src: 'child' },
    initial: 'a',
    states: { a: { on: { go: 'b' } }, b: {} },
    on: { crash: { actions: ({ self }) => self.getSnapshot().children.child?.send({ type: 'x' }) } },
  });

  it('alone: what is persisted when its error is heard of is an error for ever', async () => {
    let persisted: unknown;
    const actor = createActor(logic).start();
    actor.subscribe({
      error: () => {
        persisted = actor.getPersistedSnapshot();
      },
    });
    await uncaughtDuring(() => actor.send({ type: 'crash' }));
    expect(persisted).toMatchObject({ status: 'error', children: {} });
  });

  it('in our tree: the actor goes on from before, and its child is there', async () => {
    const tree = new SavedTree();
    const first = await tree.next(saved(logic));
    first.send({ type: 'go' });
    first.send({ type: 'crash' });
    await first.exited;
    const second = await tree.next(saved(logic));
    expect(second.ref.getSnapshot().children.child.getSnapshot().status).toBe('active');
  });
});
