import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openReader } from 'espalier';
import { describe, expect, it, onTestFinished } from 'vitest';
import { espalierHere, LiveCommand } from '../../cli/espalier.js';
import { line, until } from '../../transport/process/support.js';
import { folder, methodsCommand } from '../support/support.js';

const script = fileURLToPath(new URL('../fixtures/printing-host.mjs', import.meta.url));

async function printingHost() {
  const store = join(folder(), 'store.db');
  const host = spawn(process.execPath, [script, store, 'plain', '0', methodsCommand[1] ?? ''], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void host.kill('SIGKILL'));
  const said = { stderr: '' };
  host.stderr.setEncoding('utf8').on('data', (text) => {
    said.stderr += text;
  });
  await line(host.stdout);
  const logs = (...args: readonly string[]) => espalierHere(dirname(store), ['logs', '--db', store, ...args]);
  return { host, store, said, logs };
}

describe('what workers and services print', () => {
  it('is heard on the standard error of the host, and kept for every other process, also after both have died', async () => {
    const { host, store, said, logs } = await printingHost();
    await until('it is heard', () => said.stderr.includes('/tick | trouble\n'), 30_000);
    expect(said.stderr).toContain('/tick | hello\n');
    await using reader = await openReader(store);
    const isKept = async () => (await reader.logs.list('/')).length > 0 && (await logs('tick')).stdout !== '';
    while (!(await isKept())) await reader.journal.changed(AbortSignal.timeout(30_000));
    const follow = new LiveCommand(dirname(store), ['logs', '--db', store, '/tick', '--follow']);
    await follow.prints(/hello/);
    const living = await logs('tick');
    expect([living.stdout, living.stderr]).toEqual(['hello\nno end', 'trouble\n']);

    host.kill('SIGKILL');
    await once(host, 'close');
    const dead = await logs('/tick/worker', '--tail', '1');
    expect([dead.code, dead.stdout, dead.stderr]).toEqual([0, 'no end', 'trouble\n']);
    const none = await logs('/secret');
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('nothing that was printed at or below /secret'),
    ]);
    expect(said.stderr).not.toContain('hush');
  });
});
