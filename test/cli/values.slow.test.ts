import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { espalier, linesFile, main, newFolder, rowsOf } from './espalier.js';

describe('what a run is given and gives back', () => {
  it('has the numbers that stand in its lines', async () => {
    const folder = newFolder();
    const lines = ['{"id":738527931269425001}', '{"id":1e400}', '{"id":1.0}', '{"id":-0}', '{"id":{"a": 0.1000}}'];
    linesFile(folder, lines);
    const result = await espalier(folder, ['run', '--exec', 'printf %s {.id}', '--input', 'input', '--quiet']);
    const rows = rowsOf(result.stdout);
    expect(rows.map(({ input }) => input)).toEqual(lines);
    expect(rows.map(({ output }) => output?.stdout)).toEqual([
      '738527931269425001',
      '1e400',
      '1.0',
      '-0',
      '{"a": 0.1000}',
    ]);
  });

  it('keeps the bytes of output that is no text, marked in rows, and whole in logs', async () => {
    const folder = newFolder();
    linesFile(folder, ['x']);
    const exec = 'sh -c \'printf "caf\\351\\n"; printf "\\342\\202\\254" >&2\'';
    const result = await espalier(folder, ['run', '--exec', exec, '--input', 'input', '--quiet']);
    const [row] = rowsOf(result.stdout);
    const stdout = Buffer.from('café\n', 'latin1');
    expect(row?.output).toEqual({
      stdout: stdout.toString('base64'),
      stderr: '€',
      encoding: { stdout: 'base64' },
      exitCode: 0,
      signal: null,
    });
    const run = result.stderr.match(/run (\S+)/)?.[1] ?? '';
    const listed = await espalier(folder, ['rows', run, '--json']);
    expect(listed.stdout).toBe(result.stdout);
    expect((await espalier(folder, ['rows', run])).stdout).toContain('caf\uFFFD');
    for (const raw of [[], ['--raw']]) {
      const logs = execFileSync(process.execPath, [main, 'logs', `${run}:0`, ...raw], { cwd: folder, stdio: 'pipe' });
      expect(logs).toEqual(stdout);
    }
  });
});
