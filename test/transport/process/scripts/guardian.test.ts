import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it, onTestFinished } from 'vitest';
import { readStat } from '../../../../src/transport/process/proc/proc.js';
import { lives, newRunId, until } from '../support.js';

const SCRIPT = fileURLToPath(new URL('../../../../src/transport/process/scripts/guardian.sh', import.meta.url));

function sleeper(env: NodeJS.ProcessEnv): ChildProcess & { pid: number } {
  const child = spawn('/bin/sleep', ['300'], { stdio: 'ignore', env });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sleep did not start');
  return Object.assign(child, { pid: child.pid });
}

/** A folder whose `grep` also names a stranger when it is asked for the first time, as if a number had just gone to it. */
function lateGrep(stranger: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-guardian-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const asked = join(folder, 'asked');
  const script = `#!/bin/sh\n[ -e ${asked} ] || echo /proc/${stranger}/environ\n: >${asked}\nexec /bin/grep "$@"\n`;
  writeFileSync(join(folder, 'grep'), script);
  chmodSync(join(folder, 'grep'), 0o755);
  return folder;
}

it('lets go on whom it stopped for a number that had just become another’s', async () => {
  const runId = newRunId();
  // The guardian looks at what is younger than its parent alone.
  const stranger = sleeper({});
  const ours = sleeper({ ESPALIER_COOKIE: `${runId}.1.a` });
  const guardian = spawn('/bin/sh', [SCRIPT, runId, '1', '/nowhere', '0:0', '/bin/true', 'sweep'], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { PATH: `${lateGrep(stranger.pid)}:${process.env.PATH}` },
  });
  guardian.stdin.end();
  await once(guardian, 'exit');
  await until('what is ours is gone', () => !lives(ours.pid));
  await until('the stranger goes on', () => readStat(stranger.pid)?.state === 'S');
});
