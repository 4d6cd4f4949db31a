import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeOf as codeOfError } from '../../../src/errors.js';
import { sweep } from '../../../src/host/sweep.js';
import { HOST_LEASE_MS } from '../../../src/machines/process/host-lease.js';
import { connectWriter } from '../../../src/persistence/file/connect.js';
import { CURRENT_VERSION, MIGRATIONS, type Migration } from '../../../src/persistence/schema/migrations.js';
import type { Connection } from '../../../src/persistence/sql/connection.js';
import { dump } from '../fixtures/dump.js';
import { codeOf, journal, newFile, open, openHost, openStore, slotClaim, startRun } from '../support/world.js';

const fixture = (version: number): URL => new URL(`../fixtures/version-${version}.sql`, import.meta.url);

/** A store as that version left it. */
function storeOf(version: number): string {
  const file = newFile();
  const db = new Database(file);
  db.exec(readFileSync(fixture(version), 'utf8'));
  db.close();
  return file;
}

function query(file: string, sql: string): unknown {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(sql).pluck().get();
  } finally {
    db.close();
  }
}

describe.each(Array.from({ length: CURRENT_VERSION }, (_, index) => index + 1))('a store of version %i', (version) => {
  it('has a fixture, made when that version was released', () => {
    expect(existsSync(fixture(version))).toBe(true);
  });

  it('opens with all that is in it, and its running work goes on', async () => {
    const store = await open(storeOf(version), { runId: 'host-b' });
    expect(await store.check()).toBe('ok');
    expect(await store.hosts.unended()).toMatchObject([{ runId: 'host-a', name: 'first', directory: '/run/espalier' }]);
    expect((await store.snapshots.list('host-a'))[0]).toMatchObject({ path: '/a', kind: 'observed', state: 'ready' });
    expect(await store.sessions.list()).toMatchObject(version < 2 ? [] : [{ session: 's1', data: { turns: 2 } }]);
    expect(await store.logs.list('/')).toEqual(version < 4 ? [] : ['/w']);
    expect(await store.runs.rows('run', 0, 10)).toEqual([
      {
        index: 0,
        status: 'succeeded',
        input: 'a',
        output: { stdout: 'out €\n', stderr: 'err\n', exitCode: 0, signal: null },
        attempts: 1,
        durationMs: 12,
      },
    ]);
    expect((await store.runs.plan('run')).join('')).toBe('3010');
    expect((await journal(store)).filter(({ type }) => /^(attempt|slot)/.test(type))).toMatchObject([
      { type: 'attempt.started', data: { jobId: 'run:0', attempt: 1 }, ctx: { run: 'run', job: 'run:0', attempt: 1 } },
      { type: 'attempt.started', data: { jobId: 'run:1', attempt: 1 } },
      { type: 'attempt.started', data: { jobId: 'run:2', attempt: 1 } },
      { type: 'attempt.ended', data: { jobId: 'run:0', attempt: 1, outcome: 'succeeded' } },
      { type: 'attempt.ended', data: { jobId: 'run:1', attempt: 1, outcome: 'failed' } },
      { type: 'slot.committed', data: { run: 'run', index: 0, status: 'succeeded' }, ctx: { job: 'run:0' } },
    ]);
    expect((await store.journal.about({ job: 'run:1', limit: 100 })).map(({ type }) => type)).toEqual([
      'process.spawned',
      'attempt.started',
      'process.exited',
      'attempt.ended',
    ]);
    expect(await store.outputs.read('run', 1)).toMatchObject({ attempt: 1, stdout: 'out €\n', stderr: 'err\n' });

    const identity = { bootId: 'b', pidNamespace: 'p', pid: 1, startTicks: 1 };
    await store.hosts.register({ runId: 'host-b', name: 'second', identity, node: 'v', version: '0' });
    await store.hosts.fence('host-a', 'host-b');
    expect(await store.processes.present('host-a')).toMatchObject([
      { spawnId: 's2', state: 'live', jobId: 'run:2', attempt: 1 },
    ]);
    await store.processes.gone('s2', null, 'host-a');
    expect((await store.jobs.list({ limit: 10 })).map(({ state }) => state)).toEqual(
      version < 6 ? [] : ['cancelled', 'queued', 'queued'],
    );
    expect(await store.jobs.limits()).toMatchObject(version < 6 ? [] : [{ name: 'l', concurrency: 1, holders: [] }]);
    expect(await store.schedules.list()).toMatchObject(version < 6 ? [] : [{ name: 's', state: 'active' }]);
    expect(await store.runs.acquire('run', 'host-b')).toMatchObject({ ok: true, record: { name: 'label' } });
    const claims = [1, 2, 3].map((index) => slotClaim(index, `n${index}`));
    expect(await store.attempts.claim('host-b', claims)).toMatchObject([
      { jobId: 'run:1', epoch: 2, attempt: 2, endedBefore: 1, input: { b: 1 } },
      { jobId: 'run:2', epoch: 2, attempt: 2, endedBefore: 0, input: null },
      { jobId: 'run:3', epoch: 1, attempt: 1, endedBefore: 0, input: 'd' },
    ]);
  });
});

it('a store of any version has the schema of a new one once it is open', () => {
  const fresh = newFile();
  connectWriter(fresh, { known: false, synchronous: 'full', busyTimeoutMs: 100 }, 1).close();
  const schema = "SELECT group_concat(sql, char(10) ORDER BY name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";
  for (let version = 1; version <= CURRENT_VERSION; version += 1) {
    const file = storeOf(version);
    connectWriter(
      file,
      { known: false, synchronous: 'full', busyTimeoutMs: 100 },
      Date.now() + HOST_LEASE_MS + 60_000,
    ).close();
    expect(query(file, schema)).toBe(query(fresh, schema));
  }
});

/** A later version that rebuilds the table that outputs hang on, as a change of a constraint would. */
const rebuild: Migration = {
  version: CURRENT_VERSION + 1,
  up: (db) => {
    db.execute('CREATE TABLE rebuilt AS SELECT * FROM attempts');
    db.execute('DROP TABLE attempts');
    db.execute('CREATE TABLE attempts (id INTEGER PRIMARY KEY, job INTEGER, state TEXT)');
    db.execute('INSERT INTO attempts SELECT id, job, state FROM rebuilt');
    db.execute('DROP TABLE rebuilt');
  },
};

function migrateTo(file: string, last: Migration, now: number): Connection {
  const db = connectWriter(file, { known: false, synchronous: 'full', busyTimeoutMs: 100 }, now, [...MIGRATIONS, last]);
  onTestFinished(() => db.close());
  return db;
}

function refusal(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return codeOfError(error) ?? String(error);
  }
}

const AFTER_LEASE = Date.now() + HOST_LEASE_MS + 60_000;

describe('a migration', () => {
  it('that rebuilds a table does not cascade into its children', () => {
    const file = storeOf(CURRENT_VERSION);
    const outputs = query(file, 'SELECT count(*) FROM outputs');
    expect(outputs).toBeGreaterThan(0);
    const db = migrateTo(file, rebuild, AFTER_LEASE);
    expect(query(file, 'SELECT count(*) FROM outputs')).toBe(outputs);
    expect(query(file, 'PRAGMA user_version')).toBe(CURRENT_VERSION + 1);
    expect(refusal(() => db.run("INSERT INTO outputs VALUES (99, 1, 0, x'00')"))).toBe('SQLITE_CONSTRAINT_FOREIGNKEY');
  });

  it('that fails, or leaves rows pointing nowhere, leaves the store as it was', () => {
    const file = storeOf(CURRENT_VERSION);
    const before = readFileSync(file);
    const fails: Migration = {
      version: CURRENT_VERSION + 1,
      up: (db) => {
        rebuild.up(db);
        throw new Error('on purpose');
      },
    };
    const dangles: Migration = { version: CURRENT_VERSION + 1, up: (db) => db.execute('DELETE FROM attempts') };
    expect(refusal(() => migrateTo(file, fails, AFTER_LEASE))).toContain('on purpose');
    expect(refusal(() => migrateTo(file, dangles, AFTER_LEASE))).toBe('ESP_STORE_CORRUPT');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that is killed in the middle is begun anew by whoever opens the store next, and nothing is lost', async () => {
    const file = storeOf(CURRENT_VERSION - 1);
    const fixture = fileURLToPath(new URL('../fixtures/die-migrating.mjs', import.meta.url));
    expect(spawnSync(process.execPath, [fixture, file], { encoding: 'utf8' })).toMatchObject({ signal: 'SIGKILL' });
    expect(query(file, 'PRAGMA user_version')).toBe(CURRENT_VERSION - 1);
    connectWriter(file, { known: false, synchronous: 'full', busyTimeoutMs: 100 }, AFTER_LEASE).close();
    const whole = storeOf(CURRENT_VERSION - 1);
    connectWriter(whole, { known: false, synchronous: 'full', busyTimeoutMs: 100 }, AFTER_LEASE).close();
    expect(dump(file)).toBe(dump(whole));
  });

  it('is refused while a living host holds the store, and done when its lease has run out or it has ended', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(store, ['x']);
    expect(refusal(() => migrateTo(file, rebuild, Date.now()))).toBe('ESP_STORE_LOCKED');
    expect(query(file, 'PRAGMA user_version')).toBe(CURRENT_VERSION);
    await store.hosts.end('host-a');
    await store.close();
    migrateTo(file, rebuild, Date.now());
    expect(query(file, 'PRAGMA user_version')).toBe(CURRENT_VERSION + 1);
  });

  it('makes the store one of the future for this version', async () => {
    const file = storeOf(CURRENT_VERSION);
    migrateTo(file, rebuild, AFTER_LEASE).close();
    expect(await codeOf(openStore(file, { mode: 'write' }))).toBe('ESP_STORE_FUTURE');
    expect(await codeOf(openStore(file, { mode: 'read' }))).toBe('ESP_STORE_FUTURE');
  });

  it('is not done by a reader', () => {
    const file = storeOf(CURRENT_VERSION);
    const db = new Database(file);
    db.pragma('user_version = 0');
    db.close();
    return expect(openStore(file, { mode: 'read' })).rejects.toMatchObject({
      code: 'ESP_STORE_UNUSABLE',
      message: expect.stringMatching(/older.*"espalier janitor" brings it up to date/),
    });
  });

  it('is done by a sweep, for whoever has only the command line', async () => {
    const file = storeOf(CURRENT_VERSION - 1);
    await sweep(file);
    expect(query(file, 'PRAGMA user_version')).toBe(CURRENT_VERSION);
    expect(await codeOf(sweep(newFile()))).toBe('ESP_STORE_MISSING');
  });

  it('is done once, by whichever of several that open a new store comes first', async () => {
    const file = newFile();
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(file, { mode: 'write' })));
    await Promise.all(stores.map((store) => store.close()));
    expect(query(file, 'PRAGMA user_version')).toBe(CURRENT_VERSION);
  });
});
