import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { required } from '../../support/required.js';
import { fixture } from './doomed-host.js';
import { installForeignProgram, startAsNobody } from './foreign-user.js';
import { line, newRunId, until } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = installForeignProgram(folder);
const isMade = required('root and cc, for a program that becomes another user,', program !== null);

describe('a program that became another user', () => {
  it.skipIf(!isMade)('is named as what cannot be killed, and holds nobody else up', async () => {
    const built = new URL('../../../dist/', import.meta.url).href;
    const host = startAsNobody([fixture('foreign-program.mjs'), built, newRunId(), program ?? '']);
    host.stderr.pipe(process.stderr);
    const pid = Number(await line(host.stdout));
    try {
      await until('it is root', () => /^Uid:\t0\t0\t0/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
      host.stdin.write('go\n');
      expect(JSON.parse(await line(host.stdout))).toEqual({
        uid: 65534,
        killed: 'ESP_QUARANTINED',
        // Who asks again does not wait once more for what did not end.
        isQuick: true,
        swept: { killed: [], suspects: [{ pid, reason: expect.stringContaining('no cookie') }], clean: true },
        closed: 'ESP_QUARANTINED',
        other: { code: null, signal: 'SIGKILL' },
      });
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });
});
