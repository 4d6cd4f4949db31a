import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeOf, newFile, open, openHost, openStore } from '../support/world.js';

/** Where SQLite locks a database that a connection uses: 510 bytes from here. */
const SHARED_BYTES = 1_073_741_826;

/** Whether this process has the lock by which other processes know that the file is in use. */
function isLocked(file: string): boolean {
  const { ino } = statSync(file);
  const isListed = () =>
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .some((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} ${SHARED_BYTES} `));
  // Longer than a page it comes in pieces, between which a line may move.
  return isListed() || isListed() || isListed();
}

describe('an open store', () => {
  it('keeps its lock on the file, whatever else this process opens and closes of it', async () => {
    const file = newFile();
    const store = await openHost(file);
    expect(isLocked(file)).toBe(true);
    await store.runs.list();
    expect(isLocked(file)).toBe(true);
    const reader = await open(file, { mode: 'read' });
    expect(isLocked(file)).toBe(true);
    await (await openStore(file, { mode: 'write' })).close();
    await reader.close();
    expect(isLocked(file)).toBe(true);
    await store.close();
    expect(isLocked(file)).toBe(false);
  });

  it('keeps it while the same file is opened many times at once', async () => {
    const file = newFile();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(file, { mode: 'write' })));
    expect(isLocked(file)).toBe(true);
    const last = stores.pop();
    for (const store of stores) await store.close();
    expect(isLocked(file)).toBe(true);
    await last?.close();
    expect(isLocked(file)).toBe(false);
  });

  it('forgets the file when it is closed: what takes its place is looked at anew', async () => {
    const file = newFile();
    await (await openHost(file)).close();
    writeFileSync(file, 'something else by now');
    expect(await codeOf(openStore(file, { mode: 'read' }))).toBe('ESP_STORE_CORRUPT');
  });
});

it('a store gets its turn beside another writer that makes hardly a pause', async () => {
  const file = newFile();
  const store = await openHost(file);
  const hog = spawn(process.execPath, [fileURLToPath(new URL('../fixtures/hog.mjs', import.meta.url)), file]);
  onTestFinished(() => void hog.kill('SIGKILL'));
  // It says each time that it has the lock, and has it for longer than a write takes.
  for (let turn = 0; turn < 10; turn += 1) {
    await once(hog.stdout, 'data');
    await store.journal.append([{ type: 'pool.ready', path: '/pool', data: { size: turn } }]);
  }
  expect([hog.exitCode, hog.signalCode]).toEqual([null, null]);
});
