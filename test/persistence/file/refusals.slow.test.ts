import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isEspalierError } from '../../../src/errors.js';
import type { OpenStoreOptions } from '../../../src/persistence/store.js';
import { folder, newFile, openHost, openStore, startRun } from '../support/world.js';

type Mode = OpenStoreOptions['mode'];

/** A file that cannot be opened, and the code that says so. */
interface Bad {
  readonly what: string;
  readonly make: (file: string) => void | Promise<void>;
  readonly write: string | null;
  readonly read: string | null;
  /** A part of the message, besides the path. */
  readonly says?: RegExp;
}

async function sound(file: string): Promise<void> {
  const store = await openHost(file);
  await startRun(store, ['x']);
  await store.close();
}

function sqlite(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

const CASES: readonly Bad[] = [
  { what: 'nothing', make: () => undefined, write: null, read: 'ESP_STORE_MISSING' },
  {
    what: 'a folder',
    make: (file) => mkdirSync(file),
    write: 'ESP_STORE_UNUSABLE',
    read: 'ESP_STORE_UNUSABLE',
    says: /folder/,
  },
  {
    what: 'a FIFO',
    make: (file) => void execFileSync('mkfifo', [file]),
    write: 'ESP_STORE_UNUSABLE',
    read: 'ESP_STORE_UNUSABLE',
  },
  { what: 'text', make: (file) => writeFileSync(file, 'hello'), write: 'ESP_STORE_CORRUPT', read: 'ESP_STORE_CORRUPT' },
  {
    what: 'much text',
    make: (file) => writeFileSync(file, 'hello\n'.repeat(10_000)),
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
    says: /not a database/,
  },
  {
    what: 'an empty file',
    make: (file) => writeFileSync(file, ''),
    write: null,
    read: 'ESP_STORE_CORRUPT',
    says: /empty/,
  },
  {
    what: 'an empty file beside a log',
    make: (file) => {
      writeFileSync(file, '');
      writeFileSync(`${file}-wal`, 'somebody may want this');
    },
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
  },
  {
    what: "another program's database",
    make: (file) => sqlite(file, 'CREATE TABLE t (a); INSERT INTO t VALUES (1)'),
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
    says: /another program's database/,
  },
  {
    what: "another program's database without tables",
    make: (file) => sqlite(file, 'PRAGMA user_version = 1'),
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
  },
  {
    what: 'a store of a later version',
    make: async (file) => {
      await sound(file);
      sqlite(file, 'PRAGMA user_version = 99');
    },
    write: 'ESP_STORE_FUTURE',
    read: 'ESP_STORE_FUTURE',
    says: /update Espalier/,
  },
  {
    what: 'a store that was cut short',
    make: async (file) => {
      await sound(file);
      truncateSync(file, statSync(file).size - 4096 * 3);
    },
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
    says: /cut short/,
  },
  {
    what: 'a store whose header alone is left',
    make: async (file) => {
      await sound(file);
      truncateSync(file, 100);
    },
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
  },
  {
    what: 'a store with a damaged page',
    make: async (file) => {
      await sound(file);
      overwrite(file, 4096 * 2, Buffer.alloc(4096, 0xa5));
    },
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
  },
  {
    what: 'a store with a damaged schema',
    make: async (file) => {
      await sound(file);
      overwrite(file, 100, Buffer.alloc(400, 0xff));
    },
    write: 'ESP_STORE_CORRUPT',
    read: 'ESP_STORE_CORRUPT',
  },
  {
    what: 'a store that may not be written',
    make: async (file) => {
      await sound(file);
      chmodSync(file, 0o444);
    },
    write: 'ESP_STORE_UNUSABLE',
    read: null,
    says: /read-only/,
  },
  {
    what: 'a store that may not be read',
    make: async (file) => {
      await sound(file);
      chmodSync(file, 0);
    },
    write: 'ESP_STORE_UNUSABLE',
    read: 'ESP_STORE_UNUSABLE',
  },
];

/** Everything in a folder, with its content: what a refusal must not change. */
function contents(path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const at = join(path, entry.name);
    found[entry.name] = entry.isFile() ? readFileSync(at).toString('base64') : 'not a file';
  }
  return found;
}

async function refusal(file: string, mode: Mode): Promise<{ code: string; message: string } | null> {
  try {
    await (await openStore(file, { mode, busyTimeoutMs: 100 })).close();
    return null;
  } catch (error) {
    if (isEspalierError(error)) return error;
    throw error;
  }
}

describe.each(['write', 'read'] satisfies Mode[])('opened for %sing', (mode) => {
  it.each(CASES)('$what', async (bad) => {
    const file = newFile();
    await bad.make(file);
    const before = contents(join(file, '..'));
    const refused = await refusal(file, mode);
    expect(refused?.code ?? null).toBe(bad[mode]);
    if (refused === null) return;
    expect(refused.message).toContain(file);
    if (bad.says !== undefined && mode === 'write') expect(refused.message).toMatch(bad.says);
    expect(contents(join(file, '..'))).toEqual(before);
  });
});

describe('a folder', () => {
  it('that is missing is not made, unless it is .espalier', async () => {
    const parent = folder();
    expect(await refusal(join(parent, 'data', 'store.db'), 'write')).toMatchObject({
      code: 'ESP_STORE_UNUSABLE',
      message: expect.stringContaining('create it'),
    });
    expect(await refusal(join(parent, 'data', '.espalier', 'store.db'), 'write')).toMatchObject({
      code: 'ESP_STORE_UNUSABLE',
    });
    expect(await refusal(join(parent, '.espalier', 'store.db'), 'read')).toMatchObject({ code: 'ESP_STORE_MISSING' });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('that is a file is refused', async () => {
    const file = newFile();
    writeFileSync(file, '');
    expect(await refusal(join(file, 'store.db'), 'write')).toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
    expect(await refusal(join(file, '.espalier', 'store.db'), 'write')).toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
    expect(await refusal(join(file, 'store.db'), 'read')).toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
  });

  it('that may not be written is refused, for a new store and for one that is there', async () => {
    const parent = folder();
    const file = join(parent, 'store.db');
    await sound(file);
    const before = readdirSync(parent);
    chmodSync(parent, 0o555);
    onTestFinished(() => chmodSync(parent, 0o755));
    for (const path of [file, join(parent, 'new.db'), join(parent, '.espalier', 'new.db')]) {
      expect(await refusal(path, 'write')).toMatchObject({
        code: 'ESP_STORE_UNUSABLE',
        message: expect.stringMatching(/read-only/),
      });
    }
    expect(readdirSync(parent)).toEqual(before);
  });

  it('that was made for a store is taken back when the store cannot be made', async () => {
    const parent = folder();
    // The file's own name fits, that of the journal beside it does not: the failure comes after the creation.
    const file = join(parent, '.espalier', 'x'.repeat(250));
    expect(await refusal(file, 'write')).toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('behind a link that leads nowhere is refused', async () => {
    const parent = folder();
    symlinkSync(join(parent, 'nowhere', 'store.db'), join(parent, 'store.db'));
    expect(await refusal(join(parent, 'store.db'), 'write')).toMatchObject({ code: 'ESP_STORE_UNUSABLE' });
    expect(readdirSync(parent)).toEqual(['store.db']);
  });
});

describe('a locked store', () => {
  it('refuses to open while another connection holds it exclusively, and to write while one writes', async () => {
    const file = newFile();
    await sound(file);
    const other = new Database(file);
    onTestFinished(() => void other.close());
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    expect(await refusal(file, 'write')).toMatchObject({
      code: 'ESP_STORE_LOCKED',
      message: expect.stringContaining(file),
    });
    expect(await refusal(file, 'read')).toMatchObject({ code: 'ESP_STORE_LOCKED' });
    other.exec('ROLLBACK');
  });

  it('that is new refuses while another process creates it', async () => {
    const file = newFile();
    const other = new Database(file);
    onTestFinished(() => void other.close());
    other.exec('BEGIN EXCLUSIVE');
    expect(await refusal(file, 'write')).toMatchObject({ code: 'ESP_STORE_LOCKED' });
    other.exec('ROLLBACK');
    expect(await refusal(file, 'write')).toBeNull();
  });
});

describe('options', () => {
  it('that do not fit are refused before anything is made', async () => {
    const file = newFile();
    await expect(openStore(file, { mode: 'write', busyTimeoutMs: -1 })).rejects.toMatchObject({ code: 'ESP_INVALID' });
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });
});
