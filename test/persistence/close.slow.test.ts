import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostRecord } from '../../src/persistence/store.js';
import { codeOf, folder, IDENTITY, journal, newFile, open, openHost, openStore, startRun } from './support/world.js';

describe('closing a store', () => {
  it('commits what was called before, and refuses what is called after', async () => {
    const file = newFile();
    const store = await openHost(file);
    const calls = Array.from({ length: 2_000 }, (_, size) =>
      store.journal.append([{ type: 'pool.ready', data: { size } }]),
    );
    const closing = store.close();
    expect(await codeOf(store.hosts.heartbeat('host-a'))).toBe('ESP_STOPPED');
    expect(await codeOf(store.hosts.get('host-a'))).toBe('ESP_STOPPED');
    await Promise.all(calls);
    await closing;
    await store.close();
    expect(await journal(await open(file, { mode: 'read' }))).toHaveLength(2_001);
  });

  it('ends waits with ESP_STOPPED', async () => {
    const store = await openHost(newFile());
    const waiting = codeOf(store.journal.changed());
    await store.close();
    expect(await waiting).toBe('ESP_STOPPED');
    expect(await codeOf(store.journal.changed())).toBe('ESP_STOPPED');
  });

  it('is nobody’s failure where a wait was begun and then not needed', async () => {
    const store = await openHost(newFile());
    const rejections: unknown[] = [];
    const record = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', record);
    onTestFinished(() => void process.off('unhandledRejection', record));
    void store.journal.changed();
    await store.close();
    await new Promise(setImmediate);
    expect(rejections).toEqual([]);
  });

  it('leaves one file behind: the log is brought into it', async () => {
    const file = newFile();
    const store = await openHost(file);
    await store.runs.list();
    await store.hosts.end('host-a');
    await store.close();
    expect(readdirSync(dirname(file))).toEqual(['store.db']);
  });

  it('happens by itself at the end of a scope', async () => {
    const file = newFile();
    let kept: HostRecord | null = null;
    {
      await using store = await openStore(file, { mode: 'write', runId: 'h' });
      await store.hosts.register({ runId: 'h', name: 'n', identity: IDENTITY, node: 'v', version: '0' });
      kept = await store.hosts.get('h');
      await store.hosts.end('h');
    }
    expect(kept?.runId).toBe('h');
    expect(readdirSync(dirname(file))).toEqual(['store.db']);
  });
});

describe("':memory:'", () => {
  it('is a file of its own that goes when the store closes', async () => {
    const one = await openHost(':memory:');
    const two = await openHost(':memory:');
    await startRun(one, ['x']);
    expect(await two.runs.list()).toEqual([]);
    expect(one.file).not.toBe(two.file);
    expect(existsSync(one.file)).toBe(true);
    await one.close();
    expect(existsSync(dirname(one.file))).toBe(false);
  });

  it('cannot be read from elsewhere', async () => {
    expect(await codeOf(openStore(':memory:', { mode: 'read' }))).toBe('ESP_INVALID');
  });
});

describe('the folder .espalier', () => {
  it('is made on writing, and ignores itself in git', async () => {
    const parent = folder();
    await using _store = await openStore(join(parent, '.espalier', 'app.db'), { mode: 'write' });
    expect(readdirSync(join(parent, '.espalier'))).toEqual(expect.arrayContaining(['.gitignore', 'app.db']));
  });

  it('that is there already is left as it is', async () => {
    const parent = folder();
    await (await openStore(join(parent, '.espalier', 'app.db'), { mode: 'write' })).close();
    await (await openStore(join(parent, '.espalier', 'two.db'), { mode: 'write' })).close();
    expect(readdirSync(join(parent, '.espalier')).sort()).toEqual(['.gitignore', 'app.db', 'two.db']);
  });
});

describe('a store opened for reading', () => {
  it.each(['itself', 'a link'])(
    'that a dead host left is read through %s and left as it was, with its log',
    async (how) => {
      const alive = newFile();
      const left = newFile();
      const store = await openHost(alive);
      await startRun(store, ['x']);
      // What a host leaves that is killed here: another program copies it, for a descriptor of ours would cost the locks.
      execFileSync('cp', [alive, `${alive}-wal`, dirname(left)]);
      const before = [readFileSync(left), readFileSync(`${left}-wal`)];
      expect(before[1]?.length).toBeGreaterThan(0);
      const link = join(folder(), 'link.db');
      symlinkSync(left, link);
      const reader = await openStore(how === 'a link' ? link : left, { mode: 'read' });
      expect(await reader.runs.list()).toHaveLength(1);
      await reader.close();
      expect([readFileSync(left), readFileSync(`${left}-wal`)]).toEqual(before);
      expect(readdirSync(dirname(link))).toEqual(['link.db']);
    },
  );

  it('writes nothing and leaves the folder as it found it', async () => {
    const file = newFile();
    await (await openHost(file)).close();
    const before = readdirSync(dirname(file));
    const store = await openStore(file, { mode: 'read', runId: 'host-a' });
    expect(await store.hosts.unended()).toHaveLength(1);
    expect(await codeOf(store.hosts.heartbeat('host-a'))).toBe('ESP_INVALID');
    expect(await store.check()).toBe('ok');
    await store.close();
    expect(readdirSync(dirname(file))).toEqual(before);
  });
});
