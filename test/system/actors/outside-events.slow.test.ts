import { machine, pool, type System, service } from 'espalier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, sendTo, setup } from 'xstate';
import { create, methodsCommand, remains, shells } from '../support/support.js';

const never = fromPromise(() => new Promise(() => undefined));
const logic = createMachine({
  id: 'm',
  initial: 'a',
  invoke: { src: never, id: 'child', onError: '.broken', onDone: '.finished' },
  states: {
    a: { after: { 100000: 'late' }, on: { 'call.own': 'called' } },
    late: {},
    broken: {},
    finished: {},
    called: {},
  },
  on: { 'espalier.stop': '.broken' },
});

/** Hands on to another actor's handle what it is told to. */
const sender = setup({
  types: { context: {} as { told: number }, events: {} as { type: 'hand.on'; what: string } },
}).createMachine({
  context: { told: 0 },
  on: {
    'hand.on': {
      actions: [
        sendTo(
          () => system.actor('/m'),
          ({ event }) => ({ type: event.what }),
        ),
        assign({ told: ({ context }) => context.told + 1 }),
      ],
    },
  },
});

let system: System;
beforeAll(async () => {
  system = await create({
    intensity: 100,
    children: [
      machine({ id: 'm', logic }),
      machine({ id: 'sender', logic: sender }),
      shells({ id: 'sh', size: 1 }),
      pool({ id: 'w', command: methodsCommand, size: 1 }),
      service({ id: 'svc', command: ['sleep', '300'] }),
    ],
  });
  await system.pool('w').ready();
});
afterAll(async () => {
  // Nothing of it harmed anybody else.
  const harmed = system.tree().filter(({ path, incarnation }) => incarnation > 1 && !['/m', '/sender'].includes(path));
  expect(harmed).toEqual([]);
  await system.stop();
  expect(remains(system.runId)).toEqual([]);
});

/** Of XState, of ours for every machine, and those by which our own machines are told what has happened. */
const reserved = [
  ...['xstate.init', 'xstate.stop', 'xstate.error.actor.child', 'xstate.done.actor.child', 'xstate.done.state.m.a'],
  ...['xstate.after.100000.m.a', 'xstate.snapshot.child', 'xstate.promise.resolve', 'xstate.', 'xstate.whatever'],
  ...['espalier.stop', 'espalier.throw', 'espalier.starting', 'espalier.'],
];

const own = [
  '/',
  '/sh',
  '/sh/workers',
  '/sh/workers/1',
  '/sh/queue',
  '/w',
  '/w/workers/1/worker',
  '/svc',
  '/espalier/runs',
];
const internal = [
  ...[
    { type: 'call.startChild', child: {} },
    { type: 'call.terminateChild', id: 'm' },
    { type: 'child.exited', id: 'm' },
  ],
  ...[{ type: 'exited', exit: { code: 0, signal: null } }, { type: 'seat.closed', id: '1' }, { type: 'spawned' }],
  { type: 'anything' },
];

describe('an event that comes from outside', () => {
  it.each(reserved)('is refused where it is of those that XState or Espalier send themselves: %s', (type) => {
    for (const path of ['/m', '/', '/sh/workers/1', '/nobody']) {
      const send = () => system.actor(path).send({ type, error: new Error('forged'), output: 1 });
      expect(send, path).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
      expect(send, path).toThrow(
        `'${type}' is refused: ${type.startsWith('xstate') ? 'XState' : 'Espalier'} sends such`,
      );
    }
    expect(system.actor('/m').getSnapshot()).toMatchObject({ status: 'active', value: 'a' });
  });

  it.each(own)("is refused by an actor of Espalier's own, whatever it is: %s", (path) => {
    const before = system.whereis(path);
    expect(before).toBeDefined();
    for (const event of internal) {
      const send = () => system.actor(path).send(event);
      expect(send).toThrow(
        expect.objectContaining({ code: 'ESP_INVALID', context: expect.objectContaining({ path }) }),
      );
      expect(send).toThrow("of Espalier's own");
    }
    expect(system.whereis(path)).toEqual(before);
  });

  it('is refused with a word for the handle that is meant', () => {
    const to = (path: string) => () => system.actor(path).send({ type: 'call.startChild', child: {} });
    expect(to('/')).toThrow(
      "'call.startChild' is refused: / is a supervisor of Espalier's own; system.supervisor('/') tells",
    );
    expect(to('/sh')).toThrow("system.pool('/sh') or system.execPool('/sh') tells");
    expect(to('/svc')).toThrow('stop() and kill() end it');
  });

  it("is refused through what a snapshot shows of an actor's children", () => {
    const snapshot = system.actor<typeof logic>('/m').getSnapshot();
    const child = Object.values(snapshot.children)[0];
    expect(() => child?.send({ type: 'xstate.stop' })).toThrow("'xstate.stop' is refused");
    expect(() => child?.send({ type: 'xstate.promise.resolve', data: 1 })).toThrow('is refused');
    expect(system.actor('/m').getSnapshot()).toMatchObject({ status: 'active', value: 'a' });
  });

  it('reaches a machine of the user, whatever it is called otherwise', async () => {
    expect(system.actor('/m').send({ type: 'call.own' })).toBe(true);
    expect(system.actor('/m').getSnapshot()).toMatchObject({ value: 'called' });
    for (const type of ['xstates', 'my.xstate.event', 'espalier', 'call.startChild'])
      expect(system.actor('/m').send({ type }), type).toBe(true);
  });
});

describe("a machine that sends to another actor's handle", () => {
  it('reaches it', async () => {
    await system.actor('/m').kill();
    await expect.poll(() => system.whereis('/m')?.incarnation).toBe(2);
    system.actor('/sender').send({ type: 'hand.on', what: 'call.own' });
    expect(system.actor('/m').getSnapshot()).toMatchObject({ value: 'called' });
    expect(system.actor('/sender').getSnapshot()).toMatchObject({ context: { told: 1 } });
  });

  it('crashes, and nobody else, with what is refused', async () => {
    const down = new Promise((resolve) => system.monitor('/sender', resolve));
    system.actor('/sender').send({ type: 'hand.on', what: 'xstate.stop' });
    expect(await down).toMatchObject({ exit: { kind: 'crash', error: { code: 'ESP_INVALID' } } });
    expect(system.whereis('/m')?.incarnation).toBe(2);
  });
});
