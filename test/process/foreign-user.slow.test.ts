import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fixture } from './doomed-host.js';
import { line, newRunId, until } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The program, owned by root and setuid; null where that cannot be had. */
function install(): string | null {
  const program = join(folder, 'changes-user');
  chmodSync(folder, 0o755);
  const made = process.getuid?.() === 0 && spawnSync('cc', ['-o', program, fixture('changes-user.c')]).status === 0;
  if (made) chmodSync(program, 0o4755);
  else console.warn('SKIPPED: a program of another user needs root and a C compiler');
  return made ? program : null;
}

const program = install();

describe('a program that became another user', () => {
  it.skipIf(program === null)('is named as what cannot be killed, and holds nobody else up', async () => {
    const built = new URL('../../dist/', import.meta.url).href;
    const words = [fixture('foreign-program.mjs'), built, newRunId(), program ?? ''];
    const host = spawn(process.execPath, words, {
      uid: 65534,
      gid: 65534,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const pid = Number(await line(host.stdout));
    try {
      await until('it is root', () => /^Uid:\t0\t0\t0/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
      host.stdin.write('go\n');
      expect(JSON.parse(await line(host.stdout))).toEqual({
        uid: 65534,
        killed: 'ESP_QUARANTINED',
        swept: { killed: [], suspects: [{ pid, reason: expect.stringContaining('no cookie') }], clean: true },
        closed: 'ESP_QUARANTINED',
        other: { code: null, signal: 'SIGKILL' },
      });
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });
});
