import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { removeDeadMemoryStores } from '../../../src/host/memory-stores.js';
import { line } from '../../transport/process/support.js';

const INDEX = fileURLToPath(new URL('../../../dist/index.js', import.meta.url));

/** A host with a store in memory whose files lie in a folder of the test. */
async function host(folder: string): Promise<ChildProcess> {
  const script = `
    import { createSystem } from '${INDEX}';
    await createSystem({ name: 'x', store: ':memory:' });
    console.log('up');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await line(child.stdout)).toBe('up');
  return child;
}

const storesIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('espalier-store-'));

it('a killed host leaves the folder of its store in memory to the next start, which removes it and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const killed = await host(folder);
  const [dead = ''] = storesIn(folder);
  const living = await host(folder);
  expect(storesIn(folder)).toHaveLength(2);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  // Of another boot, of nobody in particular, and another's altogether.
  const others = [dead.replace(/-[0-9a-f]{8}-/, '-00000000-'), 'espalier-store-AbCdEf', 'another'];
  for (const other of others) mkdirSync(join(folder, other), { mode: 0o700 });
  expect(await removeDeadMemoryStores(folder)).toEqual([join(folder, dead)]);
  expect(others.filter((other) => !existsSync(join(folder, other)))).toEqual([]);
  expect(storesIn(folder)).toHaveLength(3);
  living.kill('SIGKILL');
  await once(living, 'exit');
  await host(folder);
  expect(storesIn(folder)).toHaveLength(3);
});
