import { readdirSync, realpathSync } from 'node:fs';
import { EspalierError, type ExecPool, isEspalierError, type System } from 'espalier';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OverflowPolicy } from '../../../src/machines/pool/queue/checkout.js';
import { lives } from '../../transport/process/support.js';
import { create, folder, Marks, shells } from '../support/support.js';

let system: System;
let shell: ExecPool;
let marks: Marks;

beforeAll(async () => {
  system = await create({ children: [shells()] });
  shell = system.execPool('shell');
});
beforeEach(() => {
  marks = new Marks();
});
afterAll(() => system.stop());

describe('what a program leaves behind', () => {
  it('is both streams, the exit code and how long it took, whatever the code', async () => {
    const result = await shell.exec('echo out; echo err >&2; exit 3');
    expect(result).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exitCode: 3, signal: null, truncated: false });
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('is the signal that ended it', async () => {
    expect(await shell.exec('kill -SEGV $$')).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  it('is the last mebibyte of a stream that was longer, and says so', async () => {
    const result = await shell.exec('head -c 1500000 /dev/zero | tr "\\0" a; echo end; echo short >&2');
    expect(result.truncated).toBe(true);
    expect(Buffer.byteLength(result.stdout)).toBe(1024 * 1024);
    expect(result.stdout.endsWith('aend\n')).toBe(true);
    expect(result.stderr).toBe('short\n');
  });

  it('came from the environment that it was given, whatever the names in it', async () => {
    const env: Record<string, string> = JSON.parse('{"__proto__":"a","constructor":"b"}');
    expect((await shell.exec('printenv __proto__ constructor', { env })).stdout).toBe('a\nb\n');
  });

  it('is text, or base64 where bytes are none and it says so; a byte order mark is kept', async () => {
    const result = await shell.exec("printf 'a\\377b'; printf '\\357\\273\\277c' >&2");
    expect(result).toMatchObject({ stdout: 'Yf9i', stderr: '\uFEFFc', encoding: { stdout: 'base64' } });
    expect(Buffer.from(result.stdout, result.encoding?.stdout ?? 'utf8')).toEqual(Buffer.from([0x61, 0xff, 0x62]));
    expect(await shell.exec('echo é')).not.toHaveProperty('encoding');
  });

  it('is bytes for those who ask for bytes', async () => {
    const { stdout, stderr } = await shell.exec("printf 'a\\377b'", { encoding: 'bytes' });
    expect([...stdout]).toEqual([0x61, 0xff, 0x62]);
    expect([...stderr]).toEqual([]);
    const encoding: unknown = 'latin1';
    // @ts-expect-error: no encoding of this name
    await expect(shell.exec('true', { encoding })).rejects.toMatchObject({ code: 'ESP_INVALID' });
  });

  it('does not wait for a process that left the group and holds the streams open', async () => {
    const before = performance.now();
    const result = await shell.exec(`setsid sh -c '${marks.mark('away')}; sleep 20' & ${marks.gate('away')}; echo hi`);
    expect(result).toMatchObject({ stdout: 'hi\n', exitCode: 0 });
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('costs no descriptor once it is told, whoever holds its streams open', async () => {
    const hold = (name: string) => shell.exec(`setsid sh -c '${marks.mark(name)}; sleep 20' & ${marks.gate(name)}`);
    await hold('first');
    const open = readdirSync('/proc/self/fd').length;
    for (const name of ['a', 'b', 'c', 'd']) await hold(name);
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(open + 4);
  });
});

describe('what a program is given', () => {
  it('is nothing on standard input, or text, or bytes', async () => {
    expect(await shell.exec('cat | od -An -tx1')).toMatchObject({ stdout: '' });
    expect(await shell.exec('cat', { stdin: 'grüße' })).toMatchObject({ stdout: 'grüße' });
    expect(await shell.exec('od -An -tx1', { stdin: Uint8Array.of(0, 255, 10) })).toMatchObject({
      stdout: ' 00 ff 0a\n',
    });
  });

  it('may be more on standard input than it reads', async () => {
    expect(await shell.exec('head -c 1', { stdin: new Uint8Array(3_000_000).fill(97) })).toMatchObject({ stdout: 'a' });
  });

  it('is the directory and the environment asked for', async () => {
    const cwd = realpathSync(folder());
    const env = { ESP_TEST: 'a=b c', HOME: undefined };
    const { stdout } = await shell.exec('pwd; echo "$ESP_TEST|${HOME-none}|${PATH:+path}"', { cwd, env });
    expect(stdout).toBe(`${cwd}\na=b c|none|path\n`);
  });

  it('is the word as it was given for its own name, as from a shell, unless it could not find itself by that', async () => {
    const name = async (env: Record<string, string | undefined>) =>
      (await shell.exec('printf %s "$0"', { env })).stdout;
    expect(await name({})).toBe('sh');
    for (const elsewhere of [undefined, '/nowhere', '']) expect(await name({ PATH: elsewhere })).toMatch(/^\/.*\/sh$/);
  });

  it('must be possible: a missing directory is a failed spawn that names it', async () => {
    const error = await shell.exec('true', { cwd: '/nowhere/at/all' }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'ESP_SPAWN', message: expect.stringContaining('/nowhere/at/all') });
    expect(await shell.exec('echo on')).toMatchObject({ stdout: 'on\n' });
  });

  it.each<[string, object]>([
    ['env', { env: { 'A=B': 'c' } }],
    ['env', { env: { A: 'b\0c' } }],
    ['cwd', { cwd: '/\0' }],
    ['stdin', { stdin: 7 }],
  ])('must be possible: %s is refused by name, and the pool goes on', async (option, options) => {
    const error = await shell.exec('true', options).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'ESP_INVALID', message: expect.stringContaining(option) });
    expect(await shell.exec('echo on')).toMatchObject({ stdout: 'on\n' });
  });
});

describe('a full queue', () => {
  it.each<[OverflowPolicy, string]>([
    ['reject', 'b ran, c was refused'],
    ['drop-oldest', 'c ran, b was refused'],
    ['wait', 'b ran, c ran'],
  ])('does what it was told to: %s', async (overflow, expected) => {
    const id = `full-${overflow}`;
    await system.supervisor().startChild(shells({ id, size: 1, maxQueue: 1, overflow }));
    const pool = system.execPool(id);
    await pool.ready();
    const first = pool.exec(marks.gate('open'));
    const said = (name: string) =>
      pool.exec('true').then(
        () => `${name} ran`,
        (error: unknown) => (isEspalierError(error) && error.code === 'ESP_QUEUE_FULL' ? `${name} was refused` : error),
      );
    const others = [said('b'), said('c')];
    marks.open('open');
    await first;
    expect((await Promise.all(others)).sort(ranFirst).join(', ')).toBe(expected);
  });

  it('holds up no run: what it has no room for waits', async () => {
    await system.supervisor().startChild(shells({ id: 'narrow', size: 1, maxQueue: 0 }));
    const run = await system.runs.start({ slots: ['true', 'true', 'true', 'true'], pool: 'narrow', concurrency: 4 });
    expect(await run.done()).toMatchObject({ status: 'completed', counts: { succeeded: 4 } });
  });
});

describe('a program that is not wanted any more', () => {
  it('is gone when its time is up, with those it started', async () => {
    const script = `setsid sh -c '${marks.mark('child')}; sleep 50' & ${marks.mark('shell')}; wait`;
    const pending = shell.exec(script, { timeout: 3000 }).catch((error: unknown) => error);
    const [child, own] = [await marks.pid('child'), await marks.pid('shell')];
    expect(await pending).toMatchObject({ code: 'ESP_TIMEOUT', context: { timeout: 3000 } });
    expect([lives(child), lives(own)]).toEqual([false, false]);
  });

  it('is killed when it ignores being asked', async () => {
    const pending = shell.exec(`trap '' TERM; ${marks.mark('deaf')}; while :; do sleep 0.05; done`, { timeout: 3000 });
    await expect(pending).rejects.toMatchObject({ code: 'ESP_TIMEOUT' });
    expect(lives(await marks.pid('deaf'))).toBe(false);
  });

  it('is killed when the signal fires, and the reason is the cause', async () => {
    const controller = new AbortController();
    const pending = shell.exec(`${marks.mark('running')}; exec sleep 50`, { signal: controller.signal });
    const pid = await marks.pid('running');
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(pending).rejects.toMatchObject({ code: 'ESP_ABORTED', cause: reason });
    expect(lives(pid)).toBe(false);
  });

  it.each([
    ['before it is asked for', true],
    ['while it waits', false],
  ])('never runs when the signal fires %s', async (_, early) => {
    const controller = new AbortController();
    const busy = [1, 2].map(() => shell.exec(marks.gate('open')));
    if (early) controller.abort(new EspalierError('ESP_CONFLICT', 'a reason with a code of its own'));
    const pending = shell.exec(marks.mark('ran'), { signal: controller.signal });
    if (!early) controller.abort();
    await expect(pending).rejects.toMatchObject({ code: 'ESP_ABORTED', cause: controller.signal.reason });
    const last = shell.exec(marks.mark('last'));
    await Promise.all([open(busy), last]);
    expect(marks.has('ran')).toBe(false);
  });

  it('never runs when its time is up while it waits', async () => {
    const busy = [1, 2].map(() => shell.exec(marks.gate('open')));
    await expect(shell.exec(marks.mark('ran'), { timeout: 20 })).rejects.toMatchObject({ code: 'ESP_TIMEOUT' });
    await open(busy);
    await shell.exec('true');
    expect(marks.has('ran')).toBe(false);
  });

  it.each([-1, Number.NaN, 1.5, 2 ** 53])('is not started with the timeout %s', async (timeout) => {
    await expect(shell.exec('true', { timeout })).rejects.toMatchObject({
      code: 'ESP_INVALID',
      message: expect.stringContaining('timeout'),
    });
  });

  /** Opens the gate from outside the pool, whose seats are all taken. */
  async function open(busy: readonly Promise<unknown>[]): Promise<void> {
    marks.open('open');
    await Promise.all(busy);
  }
});

function ranFirst(a: unknown, b: unknown): number {
  return Number(String(b).endsWith('ran')) - Number(String(a).endsWith('ran'));
}
