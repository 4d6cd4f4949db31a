import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { espalierHere } from '../espalier.js';
import { hosted, json } from '../jobs/hosted.js';

/** A store with one job that has ended a while ago, by its own account. */
async function withOldJob() {
  const host = await hosted();
  await host.serve();
  const id = await host.submit('--method', 'do', '{}');
  const claimed = await host.claim();
  await host.finish({ ...claimed, how: 'succeeded', result: 1 });
  return { ...host, id };
}

describe('espalier prune', () => {
  it('removes jobs that are older than is said, and says how many', async () => {
    const { run, id } = await withOldJob();
    expect(await run('prune', '--succeeded', '1d')).toMatchObject({ code: 0, stdout: 'nothing was old enough\n' });
    expect(await run('prune', '--succeeded', '0ms')).toMatchObject({ code: 0, stdout: '1 job removed\n' });
    expect(await run('job', id)).toMatchObject({ code: 2 });
  });

  it('removes nothing young without an option', async () => {
    const { run, id } = await withOldJob();
    const { code, stdout } = await run('prune', '--json');
    expect([code, json(stdout)]).toEqual([0, [{ jobs: 0, events: 0, processes: 0, runs: 0, slots: 0, bytes: 0 }]]);
    expect(await run('job', id)).toMatchObject({ code: 0 });
  });

  it('says of a run that is not there that it is not', async () => {
    const { run } = await hosted();
    expect(await run('prune', 'nope')).toMatchObject({ code: 2, stderr: expect.stringContaining('no run nope') });
  });
});

describe('espalier store', () => {
  it('says how large it is, and what is in it', async () => {
    const { run, file } = await withOldJob();
    const { code, stdout } = await run('store', '--check');
    expect(code).toBe(0);
    expect(stdout).toContain(`${file}, version `);
    expect(stdout).toContain('jobs    1 succeeded\n');
    expect(stdout).toContain('hosts   1 not ended\n');
    expect(stdout).toContain('check   ok\n');
    expect(json((await run('store', '--json')).stdout)).toMatchObject([{ file, jobs: { succeeded: 1 }, runs: 0 }]);
  });

  it('is not written anew while a host lives, and is once none does', async () => {
    const { run, file, store } = await withOldJob();
    expect(await run('store', 'compact')).toMatchObject({ code: 2, stderr: expect.stringContaining('is in use') });
    await store.hosts.end('h');
    await store.close();
    const db = new Database(file);
    db.exec('CREATE TABLE app_x (b BLOB); INSERT INTO app_x VALUES (zeroblob(9000000)); DELETE FROM app_x;');
    db.close();
    const before = statSync(file).size;
    expect(await run('store', 'compact')).toMatchObject({ code: 0 });
    expect(statSync(file).size).toBeLessThan(before - 8_000_000);
    expect(json((await run('store', '--json')).stdout)).toMatchObject([{ givesBack: true, jobs: { succeeded: 1 } }]);
  });
});

describe('espalier backup', () => {
  it('copies the store while its host lives, for its user alone, and the copy is a store', async () => {
    const { run, folder, id } = await withOldJob();
    const copy = join(folder, 'copy.db');
    expect(await run('backup', copy)).toMatchObject({ code: 0, stdout: expect.stringContaining(copy) });
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const { code, stdout } = await espalierHere(folder, ['jobs', '--db', copy, '--json']);
    expect([code, json(stdout)]).toMatchObject([0, [{ jobId: id, state: 'succeeded' }]]);
    const { stdout: size } = await espalierHere(folder, ['store', '--check', '--db', copy]);
    expect([size.includes('check   ok'), size.includes('hosts   0 not ended')]).toEqual([true, true]);
  });

  it('does not write over what is there, and leaves nothing half done', async () => {
    const { run, folder } = await withOldJob();
    const taken = join(folder, 'taken');
    writeFileSync(taken, 'mine');
    expect(await run('backup', taken)).toMatchObject({ code: 2, stderr: expect.stringContaining('exists') });
    const nowhere = join(folder, 'no', 'folder.db');
    expect(await run('backup', nowhere)).toMatchObject({ code: 2 });
  });
});
