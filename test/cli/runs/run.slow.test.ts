import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { espalier, LiveCommand, linesFile, newFolder, readLines, rowsOf } from '../espalier.js';

describe('espalier run', () => {
  it('prints one row per line of input, in their order, and exits 0', async () => {
    const folder = newFolder();
    linesFile(folder, ['0.3', '0.2', '0', "it's $HOME *"]);
    const result = await espalier(folder, [
      'run',
      '--exec',
      `sh -c 'case "$1" in 0*) sleep "$1";; esac; printf "%s|" "$@"; echo err >&2' sh {} {#}`,
      '--input',
      'input',
      '--jobs',
      '4',
    ]);
    expect(result.code).toBe(0);
    const rows = rowsOf(result.stdout);
    expect(rows.map(({ durationMs: _, ...row }) => row)).toEqual(
      ['0.3', '0.2', '0', "it's $HOME *"].map((input, index) => ({
        index,
        status: 'succeeded',
        input,
        output: { stdout: `${input}|${index}|`, stderr: 'err\n', exitCode: 0, signal: null },
        attempts: 1,
      })),
    );
    // As its host saw it, which hears of a start late on a busy machine.
    expect(rows[0]?.durationMs).toBeGreaterThanOrEqual(100);
    expect(Object.keys(rows[0] ?? {})).toEqual(['index', 'status', 'input', 'output', 'attempts', 'durationMs']);
    expect(result.stderr.split('\n')[0]).toMatch(/^run \S+$/);
    expect(result.stderr).toMatch(/completed: 4 succeeded/);
    expect(readdirSync(join(folder, '.espalier'))).toEqual(expect.arrayContaining(['.gitignore', 'espalier.db']));
  });

  it('says how a slot failed, and exits 1', async () => {
    const script = 'case {} in ok) ;; seven) exit 7;; term) kill -TERM $$;; esac';
    const result = await espalier(
      newFolder(),
      ['run', '--shell', '--exec', script, '--input', '-'],
      'ok\nseven\nterm\n',
    );
    expect(result.code).toBe(1);
    const [ok, seven, term] = rowsOf(result.stdout);
    expect(ok).toMatchObject({ status: 'succeeded' });
    expect(seven).toMatchObject({
      status: 'failed',
      output: { exitCode: 7, signal: null },
      error: { code: expect.stringMatching(/^ESP_/) },
    });
    expect(term).toMatchObject({ status: 'failed', output: { exitCode: null, signal: 'SIGTERM' } });
  });

  it('reads CRLF, skips empty lines, and takes fields of JSON lines', async () => {
    const input = '{"a":{"b":"x y"}}\r\n\r\n\n{"a":{"b":2}}';
    const { code, stdout } = await espalier(newFolder(), ['run', '--exec', 'printf %s {.a.b}', '--input', '-'], input);
    expect(code).toBe(0);
    expect(rowsOf(stdout).map((row) => [row.input, row.output?.stdout])).toEqual([
      ['{"a":{"b":"x y"}}', 'x y'],
      ['{"a":{"b":2}}', '2'],
    ]);
  });

  it('has nothing to do for no lines', async () => {
    const result = await espalier(newFolder(), ['run', '--exec', 'cat {}', '--input', '-'], '');
    expect(result).toMatchObject({ code: 0, stdout: '' });
  });

  it('keeps to --jobs', async () => {
    const folder = newFolder();
    const script = 'echo start >> log; sleep 0.1; echo end >> log';
    const input = Array.from({ length: 6 }, (_, index) => `${index}\n`).join('');
    expect(
      (await espalier(folder, ['run', '--shell', '--exec', `: {}; ${script}`, '--input', '-', '--jobs', '2'], input))
        .code,
    ).toBe(0);
    let running = 0;
    const peaks = readLines(join(folder, 'log')).map((line) => (running += line === 'start' ? 1 : -1));
    expect(Math.max(...peaks)).toBe(2);
  });

  it('retries what fails and what times out, as often as it is told', async () => {
    const folder = newFolder();
    const script = 'echo {} >> log; case {} in slow) sleep 60;; *) test "$(grep -c {} log)" -ge 3;; esac';
    const args = [
      'run',
      '--shell',
      '--exec',
      script,
      '--input',
      '-',
      '--retries',
      '2',
      '--timeout',
      '2000',
      '--jobs',
      '1',
    ];
    const result = await espalier(folder, args, 'thrice\nslow\n');
    expect(result.code).toBe(1);
    expect(rowsOf(result.stdout)).toMatchObject([
      { status: 'succeeded', attempts: 3 },
      { status: 'timed_out', attempts: 3, error: { code: 'ESP_TIMEOUT' } },
    ]);
    expect(readLines(join(folder, 'log')).sort()).toEqual(['slow', 'slow', 'slow', 'thrice', 'thrice', 'thrice']);
  });

  it('stops at the first committed failure with --fail-fast', async () => {
    const folder = newFolder();
    const script = 'echo {} >> log; test {} != bad';
    const args = ['run', '--shell', '--exec', script, '--input', '-', '--fail-fast', '--jobs', '1'];
    const result = await espalier(folder, args, 'good\nbad\nlater\nlast\n');
    expect(result.code).toBe(1);
    expect(rowsOf(result.stdout).map(({ status }) => status)).toEqual([
      'succeeded',
      'failed',
      'cancelled',
      'cancelled',
    ]);
  });

  it('prints rows as they finish with --unordered', async () => {
    const folder = newFolder();
    const script = 'case {} in 0) while [ ! -e go ]; do sleep 0.02; done;; esac';
    const args = ['run', '--shell', '--exec', script, '--input', '-', '--unordered', '--jobs', '3'];
    const run = new LiveCommand(folder, args, '0\n1\n2\n');
    await run.prints(/"index":1/);
    writeFileSync(join(folder, 'go'), '');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    const order = rowsOf(stdout).map(({ index }) => index);
    expect([...order].sort()).toEqual([0, 1, 2]);
    expect(order.indexOf(1)).toBeLessThan(order.indexOf(0));
  });

  it('makes a row of a templated program that is missing', async () => {
    const { code, stdout } = await espalier(
      newFolder(),
      ['run', '--exec', '{} x', '--input', '-'],
      'echo\nno-such-program\n',
    );
    expect(code).toBe(1);
    expect(rowsOf(stdout)).toMatchObject([{ status: 'succeeded' }, { status: 'failed', error: { code: 'ESP_SPAWN' } }]);
  });

  it('says only its id with --quiet', async () => {
    const { code, stderr } = await espalier(newFolder(), ['run', '--exec', 'true', '--input', '-', '--quiet'], 'a\n');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^run \S+\n$/);
  });

  it('keeps the last of an output that is too long, and says so', async () => {
    const script = 'head -c 1500000 /dev/zero | tr "\\0" x; printf end; : {}';
    const { code, stdout } = await espalier(newFolder(), ['run', '--shell', '--exec', script, '--input', '-'], 'a\n');
    expect(code).toBe(0);
    const [row] = rowsOf(stdout);
    expect(row?.output).toMatchObject({ truncated: true });
    expect(row?.output?.stdout).toMatch(/xend$/);
    expect(row?.output?.stdout.length).toBe(1024 * 1024);
  });
});
