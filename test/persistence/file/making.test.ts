import { readdirSync, readlinkSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { preflight } from '../../../src/persistence/file/preflight.js';
import { until } from '../../transport/process/support.js';
import { codeOf, newFile, open, openStore } from '../support/world.js';

/** A store at rest. */
async function made(): Promise<string> {
  const file = newFile();
  await (await openStore(file, { mode: 'write' })).close();
  return file;
}

/** How many descriptors of this process, its threads included, are of a file. */
function openings(file: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => targetOf(fd) === file).length;
}

function targetOf(fd: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // It is closed by now.
    return null;
  }
}

describe('a store that another process makes at this moment', () => {
  it('is no store that was cut short, though it is short: its journal is there until it is whole', async () => {
    const file = await made();
    truncateSync(file, statSync(file).size / 2);
    writeFileSync(`${file}-journal`, '');
    expect(preflight(file, 'write', false)).toBeNull();
    rmSync(`${file}-journal`);
    expect(() => preflight(file, 'write', false)).toThrow(/cut short/);
  });

  it('is waited for, also where SQLite does not wait', async () => {
    const file = await made();
    const other = new Database(file);
    other.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE');
    const before = openings(file);
    const opening = open(file, { mode: 'write' });
    // Nothing tells that somebody waits for a lock. Whoever wants this one has opened the file.
    await until('it is opened', () => openings(file) > before);
    other.exec('COMMIT');
    await expect(opening).resolves.toBeDefined();
    other.close();
  });

  it('is waited for no longer than for any lock', async () => {
    const file = await made();
    const other = new Database(file);
    other.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE');
    expect(await codeOf(openStore(file, { mode: 'write', busyTimeoutMs: 50 }))).toBe('ESP_STORE_LOCKED');
    other.close();
  });
});
