import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExecPool, isEspalierError, type System } from 'espalier';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lives, until } from '../../transport/process/support.js';
import { all, create, Marks, ownForkerPids, remains, shells, start } from '../support/support.js';

let marks: Marks;
beforeEach(() => {
  marks = new Marks();
});

const logged = () => {
  const file = join(marks.folder, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};
const log = (word: string) => `echo ${word} >> ${join(marks.folder, 'log')}`;
const slot = (name: string) => `${log(name)}; ${marks.mark(name)}; ${marks.gate('go')}`;

/** Asks until the pool takes work again. */
async function back(pool: ExecPool): Promise<unknown> {
  for (;;) {
    const answer = await pool.exec('echo back').catch((error: unknown) => error);
    if (!isEspalierError(answer) || answer.code !== 'ESP_STOPPED') return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const targets = ['/workers/1/worker', '/workers/1', '/workers', '/queue', ''];
const matrix = targets.flatMap((part) => [[part, 'stop'] as const, [part, 'kill'] as const]);

describe('when a part of a pool ends', () => {
  let system: System;
  // A pool for each test: one pool would exhaust its restarts.
  const ids = matrix.map(([part, how]) => `p${part.replaceAll('/', '-')}-${how}`);
  beforeAll(async () => {
    const children = ids.flatMap((id) => [shells({ id, size: 1 }), shells({ id: `${id}-run` })]);
    system = await create({ intensity: 100, children });
  });
  afterAll(async () => {
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
  });

  it.each(matrix)(
    "each execution settles once, its process is gone by then, and the pool comes back: '%s' %s",
    async (part, how) => {
      const survives = part === '/queue';
      const pool = system.execPool(`p${part.replaceAll('/', '-')}-${how}`);
      const settled = pool
        .exec(`${marks.mark('running')}; ${marks.gate('go')}; echo done`)
        .catch((error: unknown) => error);
      const pid = await marks.pid('running');
      const waiting = pool.exec('echo next').catch((error: unknown) => error);
      await system.actor(pool.path + part)[how]();
      if (survives) marks.open('go');
      const result = await settled;
      expect(lives(pid)).toBe(false);
      if (survives) expect(result).toMatchObject({ stdout: 'done\n' });
      else expect(result).toMatchObject({ code: expect.stringMatching(/^ESP_(STOPPED|WORKER_EXITED)$/) });
      const next = await waiting;
      expect(next).toMatchObject(next instanceof Error ? { code: 'ESP_STOPPED' } : { stdout: 'next\n' });
      expect(await back(pool)).toMatchObject({ stdout: 'back\n' });
    },
  );

  it.each(matrix)(
    "a run goes on, every slot succeeds, in order, and none runs beside itself: '%s' %s",
    async (part, how) => {
      const pool = `p${part.replaceAll('/', '-')}-${how}-run`;
      const slots = ['a', 'b', 'c', 'd'].map(slot);
      const run = await system.runs.start({ slots, pool, concurrency: 2 });
      const rows = all(run.committed());
      await Promise.all([marks.pid('a'), marks.pid('b')]);
      await system.actor(`/${pool}${part}`)[how]();
      marks.open('go');
      expect((await rows).map(({ index, status }) => [index, status])).toEqual(
        [0, 1, 2, 3].map((n) => [n, 'succeeded']),
      );
      expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 4 } });
      expect(logged().sort().join('')).toMatch(part === '/queue' ? /^abcd$/ : /^aa?bb?cd$/);
    },
  );
});

describe.each(['/shell/workers/1', '/shell/workers', '/shell'])('a slot whose %s was killed', (path) => {
  it('starts nothing before what it ran is gone, with what left the group', async () => {
    const system = await start({ children: [shells({ size: 1 })] });
    const holder = join(marks.folder, 'holder');
    const held = `case "$(cut -d' ' -f3 /proc/$(cat ${holder})/stat 2>/dev/null)" in ''|Z) ;; *) ${log('overlap')};; esac`;
    const away = `setsid sh -c 'trap "" TERM; ${marks.mark('holder')}; sleep 60' &`;
    const once = `if [ -e ${holder} ]; then ${held}; else ${away} ${marks.gate('holder')}; ${marks.mark('up')}; sleep 60; fi; ${log('ran')}`;
    const run = await system.runs.start({ slots: [once, once], pool: 'shell' });
    await marks.pid('up');
    await system.actor(path).kill();
    expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 2 } });
    expect(logged()).toEqual(['ran', 'ran']);
  });
});

describe('the coordinator of a run', () => {
  it('that is killed comes back, and no slot that had finished runs again', async () => {
    const system = await start({ children: [shells({ size: 2 })] });
    const slots = [`${log('a')}; true`, `${log('b')}; true`, slot('c'), slot('d'), slot('e')];
    const run = await system.runs.start({ slots, pool: 'shell', concurrency: 2 });
    const rows = all(run.committed());
    const pids = [await marks.pid('c'), await marks.pid('d')];
    await system.actor(`/espalier/runs/${run.id}`).kill();
    await until('what it ran is gone', () => pids.every((pid) => !lives(pid)));
    marks.open('go');
    expect((await rows).map(({ index, status }) => [index, status])).toEqual(
      [0, 1, 2, 3, 4].map((n) => [n, 'succeeded']),
    );
    expect(logged().sort().join('')).toBe('abccdde');
  });

  it('that goes with its supervisor leaves an interrupted run: readers end, programs too, and it can be continued', async () => {
    const system = await start({ children: [shells({ size: 2 })] });
    const run = await system.runs.start({ slots: ['true', slot('b')], pool: 'shell', concurrency: 2 });
    const reading = all(run.committed());
    for await (const _ of run.committed()) break;
    const pid = await marks.pid('b');
    await system.actor('/espalier/runs').kill();
    expect(await run.done()).toMatchObject({ status: 'interrupted' });
    expect((await reading).map(({ index }) => index)).toEqual([0]);
    expect(lives(pid)).toBe(false);
    marks.open('go');
    const continued = await system.runs.continue(run.id);
    expect(await continued.done()).toMatchObject({ status: 'completed', counts: { succeeded: 2 } });
    expect(logged()).toEqual(['b', 'b']);
  });

  it('that crashes again and again ends as interrupted, too', async () => {
    const system = await start({ children: [shells({ size: 2 })] });
    const run = await system.runs.start({ slots: [slot('a')], pool: 'shell' });
    const path = `/espalier/runs/${run.id}`;
    await marks.pid('a');
    // As often as it takes: on a slow machine four crashes do not fall within the period.
    const isSame = () => system.whereis('/espalier/runs')?.incarnation === 1;
    for (let incarnation = 1; isSame(); incarnation += 1) {
      await until('it is back', () => !isSame() || system.whereis(path)?.incarnation === incarnation);
      if (isSame()) await system.actor(path).kill();
    }
    expect(await run.done()).toMatchObject({ status: 'interrupted' });
    marks.open('go');
    expect(await (await system.runs.continue(run.id)).done()).toMatchObject({ status: 'completed' });
  });

  it('takes the system with it when the whole subtree is killed, and nobody hangs', async () => {
    const system = await start({ children: [shells({ size: 2 })] });
    const run = await system.runs.start({ slots: [slot('a')], pool: 'shell' });
    const reading = all(run.committed()).catch((error: unknown) => error);
    await marks.pid('a');
    await system.actor('/espalier').kill();
    expect(await system.ended).toMatchObject({ kind: 'killed' });
    expect(remains(system.runId)).toEqual([]);
    await reading;
  });
});

describe('a pool that is taken out of the tree', () => {
  it('leaves its runs waiting; they go on when it is back', async () => {
    const system = await start({ children: [shells({ size: 2 })] });
    const run = await system.runs.start({ slots: ['a', 'b', 'c'].map(slot), pool: 'shell', concurrency: 2 });
    const pids = [await marks.pid('a'), await marks.pid('b')];
    expect(await system.supervisor().terminateChild('shell')).toEqual({ ok: true });
    expect(pids.filter(lives)).toEqual([]);
    marks.open('go');
    expect(await run.record()).toMatchObject({ status: 'running', counts: { cancelled: 0, failed: 0 } });
    await system.supervisor().restartChild('shell');
    expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 3 } });
  });

  it('does not keep a run from being stopped', async () => {
    const system = await start({ children: [shells({ size: 2 })] });
    const run = await system.runs.start({ slots: ['a', 'b', 'c'].map(slot), pool: 'shell', concurrency: 2 });
    await marks.pid('a');
    await system.supervisor().terminateChild('shell');
    expect(await run.stop()).toMatchObject({ status: 'stopped' });
  });
});

describe('when the forker is killed', () => {
  it('what it ran is run again, and such a loss is no attempt', async () => {
    const system = await start({ children: [shells({ size: 2 })] });
    const run = await system.runs.start({ slots: ['a', 'b', 'c'].map(slot), pool: 'shell', concurrency: 2 });
    const exec = system.execPool('shell').exec('echo never seen');
    const pids = [await marks.pid('a'), await marks.pid('b')];
    for (const pid of ownForkerPids(system.runId)) process.kill(pid, 'SIGKILL');
    await until('what it ran is gone', () => pids.every((pid) => !lives(pid)));
    marks.open('go');
    expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 3 } });
    const rows = await all(run.committed({ from: 'start' }));
    expect(rows.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    expect(await exec).toMatchObject({ stdout: 'never seen\n' });
  });

  it('an execution whose end nobody saw rejects', async () => {
    const system = await start({ children: [shells()] });
    const pending = system
      .execPool('shell')
      .exec(`${marks.mark('up')}; sleep 60`)
      .catch((error: unknown) => error);
    const pid = await marks.pid('up');
    for (const forker of ownForkerPids(system.runId)) process.kill(forker, 'SIGKILL');
    expect(await pending).toMatchObject({ code: 'ESP_WORKER_EXITED' });
    expect(lives(pid)).toBe(false);
    expect(await back(system.execPool('shell'))).toMatchObject({ stdout: 'back\n' });
  });
});
