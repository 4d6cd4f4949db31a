import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { folder, methodsCommand } from '../support/support.js';

const script = fileURLToPath(new URL('../fixtures/stopping-host.mjs', import.meta.url));

interface Said {
  readonly kind: string;
  readonly left: readonly string[];
}

it('leaves nothing that keeps the process alive once it has stopped, whatever kind of system it was', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder(), methodsCommand[1] ?? ''], {
    timeout: 90_000,
  });
  const said = stdout
    .trim()
    .split('\n')
    .map((line): Said => JSON.parse(line));
  expect(said).toEqual(
    [
      'failed: ESP_WORKER_BOOT',
      ...['empty', 'in memory', 'machines', 'exec pool', 'protocol pool', 'service', 'inspector', 'run', 'reader'],
    ].map((kind) => ({ kind, left: [] })),
  );
});
