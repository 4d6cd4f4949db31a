import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { espalierHere, main, newFolder, rowsOf, shell } from './espalier.js';

/** A store with one completed run of two rows. */
async function finished(): Promise<{ folder: string; run: string }> {
  const folder = newFolder();
  writeFileSync(join(folder, 'lines'), 'a\nb\n');
  const { stderr } = await shell(folder, `espalier run --exec 'echo {}' --input lines`);
  return { folder, run: /^run (\S+)/.exec(stderr)?.[1] ?? '' };
}

const RUN = `espalier run --exec 'echo {}' --input lines`;

describe('standard output', () => {
  it('that is full is heard by every command: a message, and an exit code that is not 0', async () => {
    const { folder, run } = await finished();
    const commands = [
      ...['runs', 'runs --json', `rows ${run}`, `rows ${run} --json`, `show ${run}`, `logs ${run}:0`, 'events', 'tree'],
      ...['ps', `why ${run}`, 'janitor', `continue ${run} --all`, 'version', '--version', 'doctor', '--help'],
      ...['run --help', `run --exec 'echo {}' --input lines`],
    ];
    for (const command of commands) {
      const { code, stderr } = await shell(folder, `espalier ${command} > /dev/full`);
      expect([command, code], stderr).toEqual([command, 1]);
      expect(stderr).toMatch(/^espalier: not all of the output could be written: .*ENOSPC.*$/m);
      expect(stderr).not.toMatch(/\n {4}at /);
    }
  });

  it('whose reader has had enough ends a command in silence', async () => {
    const { folder, run } = await finished();
    for (const command of ['events --json', `rows ${run} --json`, '--help', 'doctor', 'version']) {
      const { stderr, stdout } = await shell(folder, `{ espalier ${command}; echo $? >&2; } | true`);
      expect([command, stdout, stderr]).toEqual([command, '', '0\n']);
    }
  });
});

describe('what is said on standard error', () => {
  it('and cannot be written changes nothing: a full disk, a reader that left, none from the beginning', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'lines'), 'a\nb\n');
    for (const away of [
      `${RUN} 2> /dev/full`,
      `${RUN} 2>&-`,
      `{ ${RUN} 2>&1 >&3; echo $? >&4; } 3>rows 4>code | true`,
    ]) {
      const script = away.includes('>rows') ? `${away}; cat rows; exit $(cat code)` : away;
      const { code, stdout } = await shell(folder, script);
      expect(code).toBe(0);
      expect(rowsOf(stdout).map(({ input, status }) => [input, status])).toEqual([
        ['a', 'succeeded'],
        ['b', 'succeeded'],
      ]);
    }
    expect(await shell(folder, 'espalier nonsense 2> /dev/full')).toMatchObject({ code: 2 });
    expect(await shell(folder, `${RUN} >&- 2>&- <&-`)).toMatchObject({ code: 0 });
  });

  it('goes with its terminal: a run whose terminal was closed stops in order', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'lines'), 'a\nb\n');
    const command = `exec '${process.execPath}' '${main}' run --shell --exec 'sleep 600; : {}' --jobs 1 --input lines`;
    const terminal = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void terminal.kill('SIGKILL'));
    let seen = '';
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    // The bar is drawn: from here on something is written ten times a second.
    await vi.waitFor(() => expect(seen).toContain('0/2'), { timeout: 60_000 });
    terminal.kill('SIGKILL');
    const status = async () => JSON.parse((await espalierHere(folder, ['runs', '--json'])).stdout).status;
    await vi.waitFor(async () => expect(await status()).not.toBe('running'), { timeout: 60_000 });
    expect(await status()).toBe('stopped');
  });

  it('stands in a line of its own: no row follows the bar', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'lines'), 'a\nb\n');
    const command = `'${process.execPath}' '${main}' run --exec 'sleep 0.5' --jobs 1 --input lines`;
    const { stdout } = await shell(folder, `script -qec "${command}" /dev/null`);
    expect(stdout).toContain('0/2');
    const lines = stdout.split('\n').filter((line) => line.includes('"index"'));
    expect(lines).toHaveLength(2);
    // What stands before a row in its line has been erased.
    for (const line of lines) expect(line.split('\r\u001b[K').at(-1)).toMatch(/^\{/);
  });
});
