import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openReader, type StartRunOptions, type System } from 'espalier';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { all, create, keptFolder, Marks, shells } from '../support/support.js';

let system: System;
let store: string;
let marks: Marks;
let removeStore: () => void = () => undefined;

beforeAll(async () => {
  [store, removeStore] = keptFolder();
  system = await create({ store: join(store, 'store.db'), children: [shells({ size: 8 })] });
});
afterAll(async () => {
  await system.stop();
  removeStore();
});
beforeEach(() => {
  marks = new Marks();
});

const run = (slots: Iterable<unknown>, options: Partial<StartRunOptions> = {}) =>
  system.runs.start({ slots, pool: 'shell', ...options });

/** A shell command that leaves a line in a log. */
const log = (text: string) => `echo '${text}' >> ${join(marks.folder, 'log')}`;
const logged = () => {
  const file = join(marks.folder, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};

describe('a run', () => {
  it('gives its rows in slot order, in whatever order they end', async () => {
    // Each waits for the one behind it: they end in reverse.
    const slots = [3, 2, 1, 0].map((left, index) => {
      const wait = left === 0 ? 'true' : marks.gate(`done-${index + 1}`);
      return `${wait}; ${log(String(index))}; ${marks.mark(`done-${index}`)}; echo ${index}`;
    });
    const rows = await all((await run(slots, { concurrency: 4 })).committed());
    expect(logged()).toEqual(['3', '2', '1', '0']);
    expect(rows.map(({ index, output }) => [index, output?.stdout])).toEqual([0, 1, 2, 3].map((n) => [n, `${n}\n`]));
    expect(rows[2]).toMatchObject({ status: 'succeeded', attempts: 1, input: slots[2], output: { exitCode: 0 } });
  });

  it('runs as many slots at once as it may, and never more', async () => {
    const together = `while [ $(ls ${marks.folder} | grep -c '^up-') -lt 3 ]; do sleep 0.01; done`;
    const slots = Array.from({ length: 12 }, (_, index) =>
      [log('+'), marks.mark(`up-${index}`), together, log('-')].join('; '),
    );
    await (await run(slots, { concurrency: 3 })).done();
    let running = 0;
    const loads = logged().map((sign) => (running += sign === '+' ? 1 : -1));
    expect([loads.length, Math.max(...loads)]).toEqual([24, 3]);
  });

  it('tries again what failed, as often as it may', async () => {
    const third = `[ $(wc -l < ${join(marks.folder, 'log')}) -ge 3 ]`;
    const patient = await all((await run([`${log('try')}; ${third}`], { retries: 2 })).committed());
    expect(patient).toMatchObject([{ status: 'succeeded', attempts: 3 }]);
    const rows = await all((await run(['exit 4'], { retries: 1 })).committed());
    expect(rows).toMatchObject([
      { status: 'failed', attempts: 2, output: { exitCode: 4 }, error: { code: 'ESP_WORKER_EXITED' } },
    ]);
  });

  it('ends an attempt whose time is up, each attempt anew, and goes on', async () => {
    const slots = [`${log('try')}; ${marks.mark('slow')}; exec sleep 60`, 'echo quick'];
    const rows = await all((await run(slots, { timeoutMs: 2000, retries: 1 })).committed());
    expect(rows).toMatchObject([
      { status: 'timed_out', attempts: 2, error: { code: 'ESP_TIMEOUT' } },
      { status: 'succeeded', attempts: 1, output: { stdout: 'quick\n' } },
    ]);
    expect(logged()).toEqual(['try', 'try']);
    expect(lives(await marks.pid('slow'))).toBe(false);
  });

  it('that fails fast cancels every slot behind the first failure, whatever had become of it', async () => {
    const slots = ['true', 'true', 'exit 1', 'true', `${marks.mark('stuck')}; sleep 60`, 'true', 'true', 'true'];
    const expected = ['succeeded', 'succeeded', 'failed', ...Array.from({ length: 5 }, () => 'cancelled')];
    const digests = new Set<string>();
    for (const concurrency of [1, 4]) {
      const started = await run(slots, { concurrency, failFast: true });
      expect((await all(started.committed())).map(({ status }) => status)).toEqual(expected);
      expect(await started.done()).toMatchObject({ status: 'completed', counts: { cancelled: 5, failed: 1 } });
      digests.add(await digest(started.id));
    }
    expect(digests.size).toBe(1);
  });

  it('of no slots is completed', async () => {
    const empty = await run([]);
    expect(await empty.done()).toMatchObject({ status: 'completed', total: 0 });
    expect(await all(empty.committed())).toEqual([]);
  });

  it('has one digest whatever its concurrency and whether it was paused or stopped on its way', async () => {
    const slots = Array.from({ length: 16 }, (_, n) =>
      n % 5 === 3 ? `echo bad ${n}; exit 2` : `sleep 0.0${n % 3}; echo ${n}`,
    );
    // The last one is held back, so that the run that is stopped on its way cannot have come to its end before.
    slots[15] = `${marks.gate('go')}; ${slots[15]}`;
    // Until it is paused nothing beyond its window begins, the last one above all: a pause waits for what has begun.
    slots[4] = `${marks.gate('paused')}; ${slots[4]}`;
    for (const gate of ['go', 'paused']) marks.open(gate);
    const digests = new Set<string>();
    const expected = slots.map((_, n) => (n % 5 === 3 ? `bad ${n}\n` : `${n}\n`));
    for (const concurrency of [1, 4, 8]) {
      const started = await run(slots, { concurrency });
      expect((await all(started.committed())).map(({ output }) => output?.stdout)).toEqual(expected);
      digests.add(await digest(started.id));
    }
    for (const gate of ['go', 'paused']) rmSync(join(marks.folder, gate));
    let disturbed = await run(slots, { concurrency: 4, reorderWindow: 8 });
    for await (const { index } of disturbed.committed()) {
      if (index === 3) {
        const pausing = disturbed.pause();
        marks.open('paused');
        await pausing;
        await disturbed.resume();
      }
      if (index >= 6) break;
    }
    await disturbed.stop();
    marks.open('go');
    disturbed = await system.runs.continue(disturbed.id);
    expect(await disturbed.done()).toMatchObject({ status: 'completed', counts: { failed: 3, succeeded: 13 } });
    digests.add(await digest(disturbed.id));
    expect(digests.size).toBe(1);
  });

  it('is journalled in order: begun, claimed and run, ended, committed, completed', async () => {
    const started = await run(['true', 'exit 1', 'true'], { concurrency: 3 });
    await started.done();
    const events = (await journal()).filter(
      ({ ctx, data }) => ctx?.run === started.id || ('run' in data && data.run === started.id),
    );
    const types = events.map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual(['run.started', 'run.completed']);
    expect(types.filter((type) => type === 'slot.committed')).toHaveLength(3);
    for (const index of [0, 1, 2]) {
      const job = `${started.id}:${index}`;
      const own = events.filter(({ ctx, data }) => ctx?.job === job || ('index' in data && data.index === index));
      expect(own.map(({ type }) => type).filter((type) => !type.startsWith('process.'))).toEqual([
        'attempt.started',
        'attempt.ended',
        'slot.committed',
      ]);
    }
    const committed = events.flatMap((event) => (event.type === 'slot.committed' ? [event.data.index] : []));
    expect(committed).toEqual([0, 1, 2]);
  });

  it('is seen by another process while it goes on', async () => {
    const started = await run(['echo first', marks.gate('open')], { concurrency: 2 });
    for await (const _ of started.committed()) break;
    const script = `
      import { openReader } from 'espalier';
      const reader = await openReader(process.argv[1]);
      const { status } = await reader.runs.get(process.argv[2]);
      console.log(JSON.stringify({ status, rows: await reader.runs.rows(process.argv[2], 0, 10) }));
      await reader.close();`;
    const args = ['--input-type=module', '-e', script, join(store, 'store.db'), started.id];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'running',
      rows: [{ index: 0, output: { stdout: 'first\n' } }],
    });
    marks.open('open');
    await started.done();
  });
});

describe('reading', () => {
  it('may be slower than the run, begin at the start, and be done by several at once', async () => {
    const started = await run(
      Array.from({ length: 20 }, (_, n) => `echo ${n}`),
      { concurrency: 8 },
    );
    const indexes: number[] = [];
    for await (const { index } of started.committed()) {
      if (indexes.length === 0) await started.done();
      indexes.push(index);
    }
    const expected = Array.from({ length: 20 }, (_, n) => n);
    const others = await Promise.all([1, 2].map(() => all(started.committed({ from: 'start' }))));
    expect([indexes, ...others.map((rows) => rows.map(({ index }) => index))]).toEqual([expected, expected, expected]);
  });

  it('from here on leaves out what was committed before the run was continued', async () => {
    const started = await run(['echo 0', marks.gate('never')]);
    for await (const _ of started.committed()) break;
    await started.stop();
    appendFileSync(join(marks.folder, 'never'), '');
    const continued = await system.runs.continue(started.id);
    expect((await all(continued.committed())).map(({ index }) => index)).toEqual([1]);
    expect(await all(continued.committed({ from: 'start' }))).toHaveLength(2);
  });

  it('ends when its signal fires, and leaves the run alone', async () => {
    const controller = new AbortController();
    const started = await run([marks.gate('open')]);
    const reading = all(started.committed({ signal: controller.signal }));
    controller.abort();
    expect(await reading).toEqual([]);
    marks.open('open');
    expect(await started.done()).toMatchObject({ status: 'completed' });
  });
});

describe('a run that does not fit', () => {
  it.each<[string, object]>([
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 1.5 }],
    ['retries', { retries: -1 }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: 2 ** 53 }],
    ['reorderWindow', { concurrency: 4, reorderWindow: 3 }],
    ['onLost', { onLost: 'forget' }],
    ['failFast', { failFast: 'yes' }],
    ['slots', { slots: 7 }],
    ['input 1', { slots: ['a', Number.NaN] }],
    ['input 0', { slots: [() => 1] }],
    ['input 0', { slots: [undefined] }],
  ])('is refused by name (%s), and nothing of it runs', async (option, options) => {
    const started = system.runs.start({ slots: ['true'], pool: 'shell', ...options });
    await expect(started).rejects.toMatchObject({ code: 'ESP_INVALID', message: expect.stringContaining(option) });
  });

  it('names a pool that is not there', async () => {
    await expect(run(['true'], { pool: 'shelf' })).rejects.toMatchObject({ code: 'ESP_NOT_FOUND' });
    await expect(system.runs.continue('no-such-run')).rejects.toMatchObject({ code: 'ESP_NOT_FOUND' });
  });

  it('may have an input that fits no command: that slot fails, the others run', async () => {
    const rows = await all((await run(['a\0b', 'echo fine'])).committed());
    expect(rows).toMatchObject([{ status: 'failed', error: { code: 'ESP_INVALID' } }, { status: 'succeeded' }]);
  });
});

async function digest(id: string): Promise<string> {
  const reader = await openReader(join(store, 'store.db'));
  try {
    return await reader.runs.runDigest(id);
  } finally {
    await reader.close();
  }
}

async function journal() {
  const reader = await openReader(join(store, 'store.db'));
  try {
    return await all(reader.journal.tail());
  } finally {
    await reader.close();
  }
}
