import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEspalierError, machine, pool, type System } from 'espalier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { lives, until } from '../../transport/process/support.js';
import { create, keptFolder, remains } from '../support/support.js';

const [home, removeHome] = keptFolder();
const program = join(home, 'worker.mjs');
const built = new URL('../../../dist/worker.js', import.meta.url).href;
writeFileSync(
  program,
  `import { writeFileSync, writeSync } from 'node:fs';
   import { worker } from ${JSON.stringify(built)};
   worker({ methods: {
     pid: () => process.pid,
     words: () => process.argv.slice(2),
     dies: (_, { mark, afterMs, words }) => {
       writeFileSync(mark, '');
       setTimeout(() => {
         writeSync(2, words);
         process.exit(3);
       }, afterMs);
       return new Promise(() => {});
     },
     never: (_, mark) => {
       writeFileSync(mark, '');
       return new Promise(() => {});
     },
   } });`,
);

const parts = ['/workers/1/worker', '/workers/1', '/workers', '/queue', ''];
const idOf = (part: string) => `w${part.replaceAll('/', '-')}`;
const workers = (id: string) =>
  pool({ id, command: [process.execPath, program], size: 1, graceMs: 200, cancelGraceMs: 100 });

describe('when a part of a pool of workers ends', () => {
  let system: System;
  beforeAll(async () => {
    const children = parts.map((part) => workers(idOf(part)));
    system = await create({ intensity: 100, children });
  });
  afterAll(async () => {
    await system.stop();
    removeHome();
    expect(remains(system.runId)).toEqual([]);
  });

  it.each(parts)(
    "its calls settle, its process is gone before the next one starts, and it serves again: '%s' killed",
    async (part) => {
      const survives = part === '/queue';
      const handle = system.pool(idOf(part));
      await handle.ready();
      const pid = Number(await handle.call('pid'));
      const mark = join(home, `begun-${idOf(part)}`);
      const giveUp = new AbortController();
      const pending = handle.call('never', mark, { signal: giveUp.signal }).catch((error: unknown) => error);
      // A call that has not begun would be given to the next worker.
      await until('the call has begun', () => existsSync(mark));
      await system.actor(handle.path + part).kill();
      if (survives) giveUp.abort();
      const codes = survives ? /^ESP_ABORTED$/ : /^ESP_(STOPPED|WORKER_EXITED)$/;
      expect(await pending).toMatchObject({ code: expect.stringMatching(codes) });
      const next = await again(() => handle.call('pid'));
      if (!survives) expect([lives(pid), next !== pid]).toEqual([false, true]);
    },
  );

  it('whoever watches a worker hears how its process ended, and whoever is linked to it ends with it', async () => {
    const handle = system.pool(idOf(''));
    const linked = machine({ id: 'linked', logic: createMachine({}), restart: 'temporary' });
    await system.supervisor().startChild(linked);
    const pid = Number(await again(() => handle.call('pid')));
    const worker = `${handle.path}/workers/1/worker`;
    using _link = system.link(worker, '/linked');
    const [down, fellow] = [worker, '/linked'].map((path) => new Promise((resolve) => system.monitor(path, resolve)));
    const mark = join(home, 'begun-before-kill');
    const call = handle.call('never', mark).catch((error: unknown) => error);
    await until('the call has begun', () => existsSync(mark));
    process.kill(pid, 'SIGKILL');
    // Nobody says that it ran out of memory: the kernel counted nothing.
    expect(await call).toMatchObject({ code: 'ESP_WORKER_EXITED', context: { kind: 'killed', signal: 'SIGKILL' } });
    const error = expect.objectContaining({ code: 'ESP_WORKER_EXITED', message: 'killed by SIGKILL' });
    expect(await down).toMatchObject({ exit: { kind: 'crash', error, code: null, signal: 'SIGKILL' } });
    expect(await fellow).toMatchObject({ exit: { kind: 'crash', error } });
  });

  it('whoever watches a worker hears its last words, however shortly before its end they were said', async () => {
    const child = pool({ id: 'dying', command: [process.execPath, program], size: 3, prefetch: 0 });
    expect(await system.supervisor().startChild(child)).toMatchObject({ ok: true });
    const handle = system.pool('dying');
    await handle.ready();
    const all = [1, 2, 3];
    const paths = all.map((seat) => `${handle.path}/workers/${seat}/worker`);
    const downs = paths.map((path) => new Promise((resolve) => system.monitor(path, resolve)));
    // As much as a pipe holds.
    const words = 'no more '.repeat(8_192);
    const marks = all.map((seat) => join(home, `dies-${seat}`));
    const calls = marks.map((mark, index) =>
      handle.call('dies', { mark, words, afterMs: 300 + 100 * index }).catch((error: unknown) => error),
    );
    await until('the calls have begun', () => marks.every((mark) => existsSync(mark)));
    // So that it finds their words and the reports of their ends at once, and the first report before the last words.
    block(1_000);
    expect(await Promise.all(calls)).toMatchObject(all.map(() => ({ code: 'ESP_WORKER_EXITED' })));
    const error = expect.objectContaining({ context: { code: 3, signal: null, stderr: words.slice(-2048) } });
    expect(await Promise.all(downs)).toMatchObject(all.map(() => ({ exit: { kind: 'crash', error } })));
  });

  it('the words of its command are taken as they stand: workers have no input that could fill braces', async () => {
    const words = ['{}', '{#}', '{.file}', '{name}', '{{', '${HOME}'];
    const child = pool({ id: 'braces', command: [process.execPath, program, ...words], size: 1 });
    expect(await system.supervisor().startChild(child)).toMatchObject({ ok: true });
    expect(await system.pool('braces').call('words')).toEqual(words);
  });
});

/** Keeps the event loop from turning, for so many milliseconds. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Calls until the pool takes calls again. */
async function again(call: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const answer = await call().catch((error: unknown) => error);
    if (!isEspalierError(answer) || answer.code !== 'ESP_STOPPED') return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
