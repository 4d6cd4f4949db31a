import { machine } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { lives } from '../process/support.js';
import { all, folder, Marks, remains, shells, start } from './support.js';

const logic = createMachine({});
const code = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error);
/** The code that a call fails with, or its answer. */
const outcome = async (call: () => unknown) => {
  try {
    return await call();
  } catch (error) {
    return code(error);
  }
};

describe('stop', () => {
  it('ends what runs and what waits; every process is gone when it resolves', async () => {
    const marks = new Marks();
    const system = await start({ children: [shells({ size: 3, graceMs: 200 })] });
    const deaf = `trap '' TERM HUP INT; ${marks.mark('deaf')}; while :; do sleep 0.05; done`;
    const away = `setsid sh -c '${marks.mark('away')}; sleep 60' & ${marks.mark('parent')}; wait`;
    const daemon = `(setsid sh -c '${marks.mark('daemon')}; exec sleep 60' &) ; sleep 60`;
    const scripts = [deaf, away, daemon, marks.mark('waiting')];
    const pending = scripts.map((script) => outcome(() => system.pool('shell').exec(script)));
    const pids = await Promise.all(['deaf', 'away', 'parent', 'daemon'].map((name) => marks.pid(name)));
    await Promise.all([system.stop(), system.stop()]);
    expect(pids.filter(lives)).toEqual([]);
    expect(remains(system.runId)).toEqual([]);
    expect(await Promise.all(pending)).toEqual(scripts.map(() => 'ESP_STOPPED'));
    expect(marks.has('waiting')).toBe(false);
  });

  it('waits for a spawn that is on its way and ends its program', async () => {
    const system = await start({ children: [shells({ size: 8 })] });
    const pending = Array.from({ length: 8 }, () => outcome(() => system.pool('shell').exec('sleep 60')));
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
    expect(await Promise.all(pending)).toEqual(pending.map(() => 'ESP_STOPPED'));
  });

  it('ends the programs that are spawned while it goes on', async () => {
    const system = await start({ children: [shells({ size: 4 })] });
    const spawned = untilEvent(system, ({ type }) => type === 'process.spawned');
    const pending = Array.from({ length: 8 }, () => outcome(() => system.pool('shell').exec('sleep 60')));
    await spawned;
    const stopping = system.stop();
    const late = outcome(() => system.pool('shell').exec('sleep 60'));
    await stopping;
    expect(remains(system.runId)).toEqual([]);
    expect(await Promise.all([...pending, late])).toEqual(Array.from({ length: 9 }, () => 'ESP_STOPPED'));
  });

  it('asks programs first, and gives them their time', async () => {
    const marks = new Marks();
    const system = await start({ children: [shells({ graceMs: 20_000 })] });
    const script = `trap '${marks.mark('tidied')}; exit 0' TERM; ${marks.mark('up')}; while :; do sleep 0.02; done`;
    const pending = outcome(() => system.pool('shell').exec(script));
    await marks.pid('up');
    await system.stop();
    expect(marks.has('tidied')).toBe(true);
    expect(await pending).toBe('ESP_STOPPED');
  });

  it('is not held up by a start that never answers', async () => {
    const system = await start();
    const never = { ...machine({ id: 'never', logic }), start: () => new Promise<never>(() => {}) };
    const starting = outcome(() => system.supervisor().startChild(never));
    await system.stop();
    expect(await starting).not.toMatchObject({ ok: true });
  });

  it('resolves `ended`', async () => {
    const system = await start();
    await system.stop();
    expect(await system.ended).toEqual({ kind: 'shutdown' });
  });
});

describe('after stop', () => {
  it('every call answers that the system has stopped, or changes nothing', async () => {
    const system = await start({ store: `${folder()}/store.db`, children: [shells(), machine({ id: 'm', logic })] });
    const [shell, actor, root] = [system.pool('shell'), system.actor('/m'), system.supervisor()];
    const run = await system.runs.start({ slots: ['true'], pool: 'shell' });
    await run.done();
    await system.stop();
    const answers = {
      pool: await outcome(() => system.pool('shell')),
      exec: await outcome(() => shell.exec('true')),
      ready: await outcome(() => shell.ready()),
      start: await outcome(() => system.runs.start({ slots: ['true'], pool: 'shell' })),
      continue: await outcome(() => system.runs.continue(run.id)),
      rows: await outcome(() => all(run.committed({ from: 'start' }))),
      record: await outcome(() => run.record()),
      done: await outcome(() => run.done()),
      pause: await outcome(() => run.pause()),
      stopRun: await outcome(() => run.stop()),
      resume: await outcome(() => run.resume()),
      children: await outcome(() => root.whichChildren()),
      startChild: await outcome(() => root.startChild(machine({ id: 'n', logic }))),
      snapshot: await outcome(() => actor.getSnapshot()),
      stopActor: await outcome(() => actor.stop()),
      kill: await outcome(() => actor.kill()),
      events: await outcome(() => all(system.events.subscribe())),
    };
    expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((name) => [name, 'ESP_STOPPED'])));
    expect(actor.send({ type: 'hello' })).toBe(false);
    expect(system.whereis('/m')).toBeUndefined();
    expect(system.tree()).toEqual([]);
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
  });
});
