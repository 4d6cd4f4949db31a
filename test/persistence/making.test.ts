import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { preflight } from '../../src/persistence/file/preflight.js';
import { codeOf, newFile, open, openStore } from './support/world.js';

/** A store at rest. */
async function made(): Promise<string> {
  const file = newFile();
  await (await openStore(file, { mode: 'write' })).close();
  return file;
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
    const opening = open(file, { mode: 'write' });
    // Nothing tells that somebody waits for a lock. If it comes later than that, it has not to wait, and this proves less.
    setTimeout(() => other.exec('COMMIT'), 300);
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
