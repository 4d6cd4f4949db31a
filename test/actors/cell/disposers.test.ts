import { describe, expect, it } from 'vitest';
import { type AnyActorLogic, createActor, createMachine, fromCallback, fromObservable, fromPromise } from 'xstate';
import { boom, fail, faults, logging, startedCell } from './cell-setup.js';
import { turn, uncaughtDuring } from './cell-uncaught.js';

/** Hazards of XState around disposers, twice each: alone they strike, in a cell they do not. */

describe('a callback whose receiver throws', () => {
  const make = (log: string[]) =>
    fromCallback(({ receive }) => {
      receive(fail);
      return () => void log.push('disposed');
    });

  it('alone: is never disposed of', async () => {
    const log: string[] = [];
    const actor = createActor(make(log)).start();
    actor.subscribe({ error: () => undefined });
    actor.send({ type: 'go' });
    actor.stop();
    expect(log).toEqual([]);
  });

  it('in a cell: is disposed of, once', async () => {
    const log: string[] = [];
    const cell = await startedCell(make(log));
    cell.send({ type: 'go' });
    await cell.stop(0);
    expect(log).toEqual(['disposed']);
    expect(cell.exit).toMatchObject(boom);
  });
});

describe('a disposer that throws', () => {
  const logic = createMachine({
    initial: 'a',
    states: { a: { invoke: { src: fromCallback(() => fail) }, on: { go: 'b' } }, b: {} },
  });

  it('alone: kills the parent', async () => {
    const actor = createActor(logic).start();
    actor.subscribe({ error: () => undefined });
    actor.send({ type: 'go' });
    expect(actor.getSnapshot().status).toBe('error');
  });

  it('in a cell: is a fault that harms nobody', async () => {
    const cell = await startedCell(logic);
    cell.send({ type: 'go' });
    expect(cell.getSnapshot()).toMatchObject({ status: 'active', value: 'b' });
    expect(faults).toMatchObject([{ message: 'boom' }]);
  });

  it('in a cell: does not keep the others from being disposed of', async () => {
    const log: string[] = [];
    const others = createMachine({
      invoke: [{ src: logging(log, 'a') }, { src: fromCallback(() => fail) }, { src: logging(log, 'b') }],
    });
    const cell = await startedCell(others);
    expect(await cell.kill()).toEqual({ kind: 'killed' });
    expect(log).toEqual(['+a', '+b', '-b', '-a']);
    expect(faults).toMatchObject([{ message: 'boom' }]);
  });

  it('in a cell: harms nobody in any kind of logic', async () => {
    const observable = fromObservable(() => ({ subscribe: () => ({ unsubscribe: fail }) }));
    const aborted = fromPromise(({ signal }) => new Promise(() => signal.addEventListener('abort', () => undefined)));
    const custom: AnyActorLogic = {
      ...fromCallback(() => undefined),
      transition: (snapshot, event) => (event.type === 'xstate.stop' ? fail() : snapshot),
    };
    const cell = await startedCell(createMachine({ invoke: [{ src: observable }, { src: aborted }, { src: custom }] }));
    expect(await cell.stop(5000)).toEqual({ kind: 'shutdown' });
    expect(faults).toHaveLength(2);
  });

  it('in a cell: one that is known only after the end runs then', async () => {
    const log: string[] = [];
    let release: () => void = () => undefined;
    // What types forbid and people write all the same: an asynchronous callback.
    const slow: () => void = async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return () => void log.push('disposed');
    };
    const cell = await startedCell(fromCallback(slow));
    await cell.stop(5000);
    expect(log).toEqual([]);
    release();
    await turn();
    expect(log).toEqual(['disposed']);
  });

  it('in a cell: one that hangs or rejects is not waited for', async () => {
    const hangs = fromCallback(() => () => new Promise(() => undefined));
    const rejects = fromCallback(() => async () => fail());
    const cell = await startedCell(createMachine({ invoke: [{ src: hangs }, { src: rejects }] }));
    const caught = await uncaughtDuring(() => cell.stop(5000));
    expect(cell.exit).toEqual({ kind: 'shutdown' });
    expect(caught).toEqual([]);
    expect(faults).toMatchObject([{ message: 'boom' }]);
  });
});

describe('a callback that has ended', () => {
  it('in a cell: sends nothing back any more', async () => {
    const seen: string[] = [];
    let sendBack: (event: { type: string }) => void = () => undefined;
    const child = fromCallback((tools) => {
      sendBack = tools.sendBack;
    });
    const logic = createMachine({
      initial: 'a',
      states: { a: { invoke: { src: child }, on: { go: 'b' } }, b: {} },
      on: { hello: { actions: () => void seen.push('hello') } },
    });
    const cell = await startedCell(logic);
    sendBack({ type: 'hello' });
    cell.send({ type: 'go' });
    sendBack({ type: 'hello' });
    expect(seen).toEqual(['hello']);
  });
});
