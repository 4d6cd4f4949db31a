import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { espalier, espalierHere, LiveCommand, linesFile, newFolder, readLines, rowsOf } from '../espalier.js';

/**
 * Each line appends itself to `log` when it starts. `hold` says its pid and waits for the file `go`; everything else ends
 * at once.
 */
const script =
  'echo $$ > pid; echo {} >> log; case {} in hold*) while [ ! -e go ]; do sleep 0.02; done;; esac; echo {} >> done';

function start(folder: string, lines: string[], ...more: string[]): LiveCommand {
  linesFile(folder, lines);
  return new LiveCommand(folder, ['run', '--shell', '--exec', script, '--input', 'input', '--jobs', '1', ...more]);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(10);
}

const started = (folder: string, line: string) => () =>
  existsSync(join(folder, 'log')) && readLines(join(folder, 'log')).includes(line);

function release(folder: string): void {
  writeFileSync(join(folder, 'go'), '');
}

describe('an interrupted run', () => {
  it('drains and pauses at the first Ctrl-C, and goes on where it was', async () => {
    const folder = newFolder();
    const run = start(folder, ['a', 'hold', 'b', 'c']);
    const id = await run.runId();
    await until(started(folder, 'hold'));
    run.child.kill('SIGINT');
    await run.says(/pausing/);
    release(folder);
    const paused = await run.result;
    expect(paused).toMatchObject({ code: 130, stderr: expect.stringContaining(`espalier continue ${id}`) });
    expect(rowsOf(paused.stdout).map(({ input, status }) => [input, status])).toEqual([
      ['a', 'succeeded'],
      ['hold', 'succeeded'],
    ]);
    const [listed] = (await espalier(folder, ['runs', '--json'])).stdout.split('\n');
    expect(JSON.parse(listed ?? '')).toMatchObject({ run: id, status: 'paused' });

    const rest = await espalier(folder, ['continue', id]);
    expect(rest.code).toBe(0);
    expect(rowsOf(rest.stdout).map(({ input }) => input)).toEqual(['b', 'c']);
    expect(readLines(join(folder, 'log'))).toEqual(['a', 'hold', 'b', 'c']);
  });

  it('takes a Ctrl-C that arrives twice within milliseconds, as a wrapper passes it on, for one', async () => {
    const folder = newFolder();
    const run = start(folder, ['hold', 'b']);
    await run.runId();
    await until(started(folder, 'hold'));
    run.child.kill('SIGINT');
    await wait(5);
    run.child.kill('SIGINT');
    await run.says(/pausing/);
    release(folder);
    expect(await run.result).toMatchObject({ code: 130, stderr: expect.stringContaining('paused: 1 of 2 committed') });
    expect(readLines(join(folder, 'done'))).toEqual(['hold']);
  });

  it('stops at the second Ctrl-C, and runs again what was stopped', async () => {
    const folder = newFolder();
    const run = start(folder, ['a', 'hold', 'b']);
    const id = await run.runId();
    await until(started(folder, 'hold'));
    run.child.kill('SIGINT');
    await run.says(/pausing/);
    run.child.kill('SIGINT');
    const stopped = await run.result;
    expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('stopped: 1 of 3 committed') });
    expect(rowsOf(stopped.stdout).map(({ input }) => input)).toEqual(['a']);

    release(folder);
    const rest = await espalier(folder, ['continue', id, '--all']);
    expect(rest.code).toBe(0);
    expect(rowsOf(rest.stdout).map(({ input }) => input)).toEqual(['a', 'hold', 'b']);
    expect(readLines(join(folder, 'log'))).toEqual(['a', 'hold', 'hold', 'b']);
    expect(readLines(join(folder, 'done'))).toEqual(['a', 'hold', 'b']);
  });

  it('ends at once at the third Ctrl-C, whatever still runs, and that goes with it', async () => {
    const folder = newFolder();
    linesFile(folder, ['a']);
    const deaf = 'trap "" TERM; echo $$ > draft; mv draft pid; while :; do sleep 0.05; done';
    const run = new LiveCommand(folder, ['run', '--shell', '--exec', deaf, '--input', 'input', '--jobs', '1']);
    const id = await run.runId();
    await until(() => existsSync(join(folder, 'pid')));
    // Pressed until it has ended: two within a moment count as one.
    const press = setInterval(() => run.child.kill('SIGINT'), 500);
    await run.says(/pausing/);
    await run.says(/stopping/);
    expect(await run.result).toMatchObject({ code: 130, signal: null });
    clearInterval(press);
    const [pid] = readLines(join(folder, 'pid'));
    await until(() => !existsSync(`/proc/${pid}`));
    expect(rowsOf((await espalier(folder, ['show', id, '--json'])).stdout)).toMatchObject([{ run: id }]);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('stops at %s', async (signal) => {
    const folder = newFolder();
    const run = start(folder, ['hold', 'b']);
    await run.runId();
    await until(started(folder, 'hold'));
    run.child.kill(signal);
    expect(await run.result).toMatchObject({ code: 130, stdout: '' });
    expect(existsSync(join(folder, 'done'))).toBe(false);
  });

  it('stops when nobody reads its output any more', async () => {
    const folder = newFolder();
    const run = start(folder, ['a', ...Array.from({ length: 500 }, (_, index) => `n${index}`)]);
    await run.prints(/"index":0/);
    run.child.stdout.destroy();
    const { code, stderr } = await run.result;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/EPIPE|unexpected/);
    expect(readLines(join(folder, 'log')).length).toBeLessThan(500);
  });

  it('is continued after SIGKILL of its host, with nothing lost and nothing committed twice', async () => {
    const folder = newFolder();
    const run = start(folder, ['a', 'hold', 'b']);
    const id = await run.runId();
    // What is printed is committed; what has merely ended when its host is killed runs again.
    await run.prints(/"index":0/);
    await until(started(folder, 'hold'));
    const [held] = readLines(join(folder, 'pid'));
    run.child.kill('SIGKILL');
    await run.result;
    // Released before it is gone, what the dead host ran could come to its end.
    await until(() => !existsSync(`/proc/${held}`));
    release(folder);
    // From another folder: the run goes on in its own.
    const db = join(folder, '.espalier', 'espalier.db');
    const rest = await espalier(newFolder(), ['continue', id, '--all', '--db', db]);
    expect(rest.code).toBe(0);
    expect(rowsOf(rest.stdout).map(({ index, input, attempts }) => [index, input, attempts])).toEqual([
      [0, 'a', 1],
      [1, 'hold', 1],
      [2, 'b', 1],
    ]);
    expect(readLines(join(folder, 'done'))).toEqual(['a', 'hold', 'b']);

    const again = await espalier(folder, ['continue', id]);
    expect(again).toMatchObject({ code: 0, stdout: '', stderr: `run ${id} was completed before: 3 succeeded\n` });
    expect(await espalier(folder, ['continue', id, '--quiet'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('runs failed slots again with --retry-failed', async () => {
    const folder = newFolder();
    const args = ['run', '--shell', '--exec', 'echo {} >> log; test {} = a || test -e go', '--input', '-'];
    const first = await espalier(folder, args, 'a\nb\n');
    expect(first.code).toBe(1);
    const id = /^run (\S+)/.exec(first.stderr)?.[1] ?? '';
    release(folder);
    expect(await espalier(folder, ['continue', id])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `run ${id} was completed before: 1 succeeded, 1 failed; --retry-failed runs again what did not succeed\n`,
    });
    const retried = await espalier(folder, ['continue', id, '--retry-failed']);
    expect(retried.code).toBe(0);
    expect(rowsOf(retried.stdout).map(({ input, status }) => [input, status])).toEqual([['b', 'succeeded']]);
    expect(readLines(join(folder, 'log')).sort()).toEqual(['a', 'b', 'b']);
  });
});

describe('another process', () => {
  it('pauses a run, and continue tells its living host to go on', async () => {
    const folder = newFolder();
    // More slots than can end before the host has looked for what is asked of it.
    const lines = ['hold', ...Array.from({ length: 100 }, (_, index) => `n${index}`)];
    const run = start(folder, lines);
    const id = await run.runId();
    await until(started(folder, 'hold'));
    expect((await espalier(folder, ['continue', id])).code).toBe(2);
    expect((await espalier(folder, ['pause', id])).code).toBe(0);
    release(folder);
    await run.says(/paused/);
    const before = readLines(join(folder, 'log'));
    expect(before.length).toBeLessThan(lines.length);

    const followed = await espalier(folder, ['continue', id]);
    expect(followed.code).toBe(0);
    expect(rowsOf(followed.stdout).map(({ input }) => input)).toEqual(lines.slice(before.length));
    const whole = await run.result;
    expect(whole.code).toBe(0);
    expect(rowsOf(whole.stdout).map(({ input }) => input)).toEqual(lines);
    expect(readLines(join(folder, 'log'))).toEqual(lines);
  });

  it('stops a run', async () => {
    const folder = newFolder();
    const run = start(folder, ['hold', 'b']);
    const id = await run.runId();
    await until(started(folder, 'hold'));
    expect((await espalier(folder, ['stop', id])).code).toBe(0);
    expect((await run.result).code).toBe(130);
    expect((await espalier(folder, ['stop', id])).code).toBe(2);
  });

  it('refuses a run that is not there', async () => {
    const folder = newFolder();
    await espalier(folder, ['run', '--exec', 'true', '--input', '-'], 'a\n');
    for (const command of ['continue', 'pause', 'stop', 'show', 'rows']) {
      expect(await espalierHere(folder, [command, 'nope'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('no run nope'),
      });
    }
    expect(await espalierHere(folder, ['logs', 'nope:0'])).toMatchObject({ code: 2 });
  });
});
