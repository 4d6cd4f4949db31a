import { join } from 'node:path';
import { machine, pool } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { lives } from '../../transport/process/support.js';
import { all, Marks, outcome, remains, shells, start } from '../support/support.js';
import { stuck } from '../support/workers.js';

const logic = createMachine({});

describe('stop', () => {
  it('ends what runs and what waits; every process is gone when it resolves', async () => {
    const marks = new Marks();
    const system = await start({ children: [shells({ size: 3, graceMs: 200 })] });
    const deaf = `trap '' TERM HUP INT; ${marks.mark('deaf')}; while :; do sleep 0.05; done`;
    const away = `setsid sh -c '${marks.mark('away')}; sleep 60' & ${marks.mark('parent')}; wait`;
    const daemon = `(setsid sh -c '${marks.mark('daemon')}; exec sleep 60' &) ; sleep 60`;
    const scripts = [deaf, away, daemon, marks.mark('waiting')];
    const pending = scripts.map((script) => outcome(() => system.execPool('shell').exec(script)));
    const pids = await Promise.all(['deaf', 'away', 'parent', 'daemon'].map((name) => marks.pid(name)));
    await Promise.all([system.stop(), system.stop()]);
    expect(pids.filter(lives)).toEqual([]);
    expect(remains(system.runId)).toEqual([]);
    expect(await Promise.all(pending)).toEqual(scripts.map(() => 'ESP_STOPPED'));
    expect(marks.has('waiting')).toBe(false);
  });

  it('waits for a spawn that is on its way and ends its program', async () => {
    const system = await start({ children: [shells({ size: 8 })] });
    const pending = Array.from({ length: 8 }, () => outcome(() => system.execPool('shell').exec('sleep 60')));
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
    expect(await Promise.all(pending)).toEqual(pending.map(() => 'ESP_STOPPED'));
  });

  it('ends the programs that are spawned while it goes on', async () => {
    const system = await start({ children: [shells({ size: 4 })] });
    const spawned = untilEvent(system, ({ type }) => type === 'process.spawned');
    const pending = Array.from({ length: 8 }, () => outcome(() => system.execPool('shell').exec('sleep 60')));
    await spawned;
    const stopping = system.stop();
    const late = outcome(() => system.execPool('shell').exec('sleep 60'));
    await stopping;
    expect(remains(system.runId)).toEqual([]);
    expect(await Promise.all([...pending, late])).toEqual(Array.from({ length: 9 }, () => 'ESP_STOPPED'));
  });

  it('asks programs first, and gives them their time', async () => {
    const marks = new Marks();
    const system = await start({ children: [shells({ graceMs: 20_000 })] });
    const script = `trap '${marks.mark('tidied')}; exit 0' TERM; ${marks.mark('up')}; while :; do sleep 0.02; done`;
    const pending = outcome(() => system.execPool('shell').exec(script));
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

  it('settles whatever is under way', async () => {
    const marks = new Marks();
    const deaf = pool({ id: 'w', command: [...stuck.node], size: 1, graceMs: 300 });
    const boots = pool({ id: 'slow', command: ['sleep', '60'], size: 1, graceMs: 300 });
    const system = await start({ children: [shells({ graceMs: 300 }), deaf, boots] });
    const [shell, w, slow] = [system.execPool('shell'), system.pool('w'), system.pool('slow')];
    await w.ready();
    const run = await system.runs.start({ slots: [`${marks.mark('slot')}; sleep 60`, 'true'], pool: 'shell' });
    await marks.pid('slot');
    const begun = join(marks.folder, 'begun');
    // A replacement may be ready before the stop: what it gets has no end either.
    const later = join(marks.folder, 'later');
    const waits: Record<string, () => unknown> = {
      call: () => w.call('deaf', { mark: begun }),
      prefetched: () => w.call('deaf', { mark: later }),
      queued: () => w.call('deaf', { mark: later }),
      stream: () => all(w.stream('drip', { mark: later })),
      recycle: () => w.recycle(),
      drain: () => w.drain(),
      ready: () => slow.ready(),
      resize: () => slow.resize(2),
      exec: () => shell.exec('sleep 60'),
      committed: () => all(run.committed()),
      finished: () => all(run.finished()),
      done: () => run.done(),
      pause: () => run.pause(),
      events: () => all(system.events.subscribe({ after: 0 })),
    };
    const pending = Object.entries(waits).map(async ([name, wait]) => [name, await outcome(wait)]);
    await marks.pid('begun');
    await system.stop();
    const settled: Record<string, unknown> = Object.fromEntries(await Promise.all(pending));
    const ends = /^ESP_(STOPPED|WORKER_EXITED)$/;
    const interrupted = expect.objectContaining({ status: 'interrupted' });
    expect(settled).toEqual({
      ...Object.fromEntries(Object.keys(waits).map((name) => [name, expect.stringMatching(ends)])),
      // Nothing runs any more, whatever ended it.
      drain: settled.drain === 'ESP_STOPPED' ? 'ESP_STOPPED' : undefined,
      // The replacement may be ready while those are stopped that started later: then it is done, as asked.
      recycle: settled.recycle === undefined ? undefined : expect.stringMatching(ends),
      // Read to its end, or cut off by the stop: either tells.
      ...Object.fromEntries(
        ['committed', 'finished'].map((name) => [name, settled[name] === 'ESP_STOPPED' ? 'ESP_STOPPED' : []]),
      ),
      ...Object.fromEntries(
        ['done', 'pause'].map((name) => [name, settled[name] === 'ESP_STOPPED' ? 'ESP_STOPPED' : interrupted]),
      ),
    });
    expect(remains(system.runId)).toEqual([]);
  });

  it('resolves `ended`', async () => {
    const system = await start();
    await system.stop();
    expect(await system.ended).toEqual({ kind: 'shutdown' });
  });
});
