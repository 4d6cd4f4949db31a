import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSystem, openReader } from 'espalier';
import { expect, it, onTestFinished, vi } from 'vitest';
import { line } from '../../transport/process/support.js';
import { directoryOf, folder, treeOf } from '../support/support.js';

const LONELY = fileURLToPath(new URL('../fixtures/lonely-host.mjs', import.meta.url));

it('a host that was killed is told from its store, and its folder goes with the next start', async () => {
  const store = join(folder(), 'store.db');
  const host = spawn(process.execPath, [LONELY, store], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void host.kill('SIGKILL'));
  const runId = await line(host.stdout);
  const directory = await directoryOf(store, runId);
  await using reader = await openReader(store);
  // Its last sightings are on disk.
  await vi.waitFor(async () => expect(await reader.snapshots.list(runId)).toHaveLength(3), { timeout: 60_000 });
  expect((await treeOf(store)).actors.map(({ path }) => path)).toContain('/plain');

  // One that is held up for good keeps nobody waiting for good.
  host.kill('SIGSTOP');
  const held = await treeOf(store);
  expect(held).toMatchObject({ presence: 'living', unasked: expect.stringMatching(/^gave no answer within/) });
  expect(held.actors.map(({ path }) => path)).toEqual(['/', '/espalier', '/espalier/runs']);

  host.kill('SIGKILL');
  await new Promise((resolve) => host.once('close', resolve));
  expect(await treeOf(store)).toMatchObject({ presence: 'gone', unasked: 'has ended' });
  expect(existsSync(directory)).toBe(true);
  const next = await createSystem({ name: 'next', store, synchronous: 'normal' });
  await next.stop();
  expect(existsSync(directory)).toBe(false);
});
