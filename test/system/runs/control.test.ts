import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { System } from 'espalier';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { all, create, Marks, shells } from '../support/support.js';

let system: System;
let marks: Marks;

beforeAll(async () => {
  system = await create({ children: [shells({ size: 4 })] });
});
afterAll(() => system.stop());
beforeEach(() => {
  marks = new Marks();
});

const run = (slots: readonly string[], concurrency = 2) => system.runs.start({ slots, pool: 'shell', concurrency });
/** A slot that counts its executions and waits for its gate. */
const slot = (name: string) =>
  `echo ${name} >> ${join(marks.folder, 'log')}; ${marks.mark(name)}; ${marks.gate(`go-${name}`)}`;
const executions = () => readFileSync(join(marks.folder, 'log'), 'utf8').trimEnd().split('\n').sort();
const go = (...names: readonly string[]) => {
  for (const name of names) marks.open(`go-${name}`);
};

describe('pause', () => {
  it('starts nothing more, waits for what is at work, and resume goes on', async () => {
    const started = await run(['a', 'b', 'c', 'd'].map(slot));
    await Promise.all([marks.pid('a'), marks.pid('b')]);
    let paused = false;
    const pausing = started.pause().then((record) => {
      paused = true;
      return record;
    });
    go('a');
    for await (const { index } of started.committed()) if (index === 0) break;
    expect(paused).toBe(false);
    go('b');
    expect(await pausing).toMatchObject({ status: 'paused', counts: { succeeded: 2 } });
    expect(executions()).toEqual(['a', 'b']);
    go('c', 'd');
    await started.resume();
    expect(await started.done()).toMatchObject({ status: 'completed' });
    expect(executions()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('ends the reader, and a reader begun after resume gives the rest', async () => {
    const started = await run(['a', 'b'].map(slot), 1);
    const first = all(started.committed());
    await marks.pid('a');
    const pausing = started.pause();
    go('a', 'b');
    await pausing;
    expect((await first).map(({ index }) => index)).toEqual([0]);
    await started.resume();
    expect((await all(started.committed({ from: 'start' }))).map(({ index }) => index)).toEqual([0, 1]);
  });

  it('may be called twice, be taken back before it has happened, and be followed by stop', async () => {
    const started = await run(['a', 'b'].map(slot), 1);
    await marks.pid('a');
    const pauses = [started.pause(), started.pause()];
    go('a');
    expect(await Promise.all(pauses)).toMatchObject([{ status: 'paused' }, { status: 'paused' }]);
    expect(await started.stop()).toMatchObject({ status: 'stopped' });
    go('b');
    expect(await (await system.runs.continue(started.id)).done()).toMatchObject({ status: 'completed' });
    expect(executions()).toEqual(['a', 'b']);
  });

  it('of a run that has ended answers how it ended', async () => {
    const started = await run(['true']);
    await started.done();
    expect(await started.pause()).toMatchObject({ status: 'completed' });
    expect(await started.stop()).toMatchObject({ status: 'completed' });
    await started.resume();
  });
});

describe('stop', () => {
  it('ends what is at work and puts it back; continue runs that again and nothing that had ended', async () => {
    const started = await run(['a', 'b', 'c'].map(slot));
    const [, second] = [await marks.pid('a'), await marks.pid('b')];
    go('a');
    const third = await marks.pid('c');
    expect(await started.stop()).toMatchObject({ status: 'stopped', counts: { succeeded: 1, cancelled: 0 } });
    expect([second, third].map(lives)).toEqual([false, false]);
    go('b', 'c');
    const continued = await system.runs.continue(started.id);
    const rows = await all(continued.committed({ from: 'start' }));
    expect(rows.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['succeeded', 1],
      ['succeeded', 1],
      ['succeeded', 1],
    ]);
    expect(executions()).toEqual(['a', 'b', 'b', 'c', 'c']);
  });

  it('at once after the start leaves a run that can be continued', async () => {
    const started = await run(['a', 'b', 'c'].map(slot));
    expect(await started.stop()).toMatchObject({ status: 'stopped' });
    go('a', 'b', 'c');
    expect(await (await system.runs.continue(started.id)).done()).toMatchObject({
      status: 'completed',
      counts: { succeeded: 3 },
    });
  });
});

describe('continue', () => {
  it('refuses a run that is driven here, and one that is completed', async () => {
    const started = await run([slot('a')]);
    await marks.pid('a');
    await expect(system.runs.continue(started.id)).rejects.toMatchObject({ code: 'ESP_CONFLICT' });
    go('a');
    await started.done();
    await expect(system.runs.continue(started.id)).rejects.toMatchObject({
      code: 'ESP_INVALID',
      context: { completed: true },
    });
  });

  it('of a run that is driven here changes nothing of it, paused or not', async () => {
    const started = await run(['exit 1', slot('b'), slot('c')], 1);
    await marks.pid('b');
    await expect(system.runs.continue(started.id, { retryFailed: true })).rejects.toMatchObject({
      code: 'ESP_CONFLICT',
    });
    const pausing = started.pause();
    go('b', 'c');
    await pausing;
    await expect(system.runs.continue(started.id)).rejects.toMatchObject({ code: 'ESP_CONFLICT' });
    expect(await started.record()).toMatchObject({ status: 'paused', counts: { failed: 1, succeeded: 1 } });
    await started.resume();
    expect(await started.done()).toMatchObject({ status: 'completed', counts: { failed: 1, succeeded: 2 } });
  });

  it('runs what failed again when asked to, and leaves the rest', async () => {
    const flaky = `echo b >> ${join(marks.folder, 'log')}; [ -e ${join(marks.folder, 'mended')} ]`;
    const started = await run(['true', flaky, 'exit 1', 'true']);
    expect(await started.done()).toMatchObject({ counts: { succeeded: 2, failed: 2 } });
    marks.open('mended');
    const again = await system.runs.continue(started.id, { retryFailed: true });
    expect((await all(again.committed())).map(({ index, status }) => [index, status])).toEqual([
      [1, 'succeeded'],
      [2, 'failed'],
    ]);
    expect(await again.done()).toMatchObject({ status: 'completed', counts: { succeeded: 3, failed: 1 } });
    expect(executions()).toEqual(['b', 'b']);
  });
});
