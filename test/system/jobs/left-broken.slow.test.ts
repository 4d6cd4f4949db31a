import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { backupStore, explain, type Job, openReader, pool, type System } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { lives, until } from '../../transport/process/support.js';
import { JobHost } from '../support/job-host.js';
import { folder, Marks, methodsCommand, shells, start } from '../support/support.js';

/** A store with somebody who only submits and looks. */
async function client(): Promise<{ store: string; system: System; marks: Marks }> {
  const store = `${folder()}/s.db`;
  const system = await start({ store, children: [shells()], serveJobs: false });
  return { store, system, marks: new Marks() };
}

describe('what others left broken, of jobs', () => {
  it('a job that kills its host is isolated after the third crash and then poisoned, and fifteen long ones beside it are not', async () => {
    const { store, system, marks } = await client();
    const hosts = `${marks.folder}/hosts`;
    const long = Array.from({ length: 15 }, (_, n) => ({
      queue: 'shell',
      input: `${marks.mark(`on${n}`)}; ${marks.gate('go')}`,
    }));
    const all = Array.from({ length: 15 }, (_, n) => `[ -e ${marks.folder}/on${n} ]`).join(' && ');
    // It waits until all of them run, so that each death is one beside them.
    const input = `until ${all} && [ -s ${hosts} ]; do sleep 0.01; done; sleep 0.2; kill -9 $(cat ${hosts}) && rm ${hosts}; sleep 300`;
    const [killer, ...beside] = await system.jobs.submitMany([{ queue: 'shell', input }, ...long]);
    const execute = async () => {
      const host = await JobHost.start(store, { env: { SIZE: '16' } });
      // The one that lives, and no other: a pid of before may be anybody's.
      writeFileSync(hosts, `${host.process.pid}`);
      return host;
    };
    for (let crashes = 0; crashes < 3; crashes += 1) {
      const host = await execute();
      await until('the host is dead', () => host.process.signalCode !== null, 120_000);
    }
    marks.open('go');
    const fourth = await execute();
    await until('the host is dead', () => fourth.process.signalCode !== null, 120_000);
    const last = await execute();
    expect(await killer?.wait()).toMatchObject({ state: 'failed', error: { code: 'ESP_POISONED' } });
    const states = await Promise.all(beside.map(async (job) => (await job.wait()).state));
    expect(states).toEqual(beside.map(() => 'succeeded'));
    await last.stop();
  });

  it('a host that is stopped inside a commit fails nothing: the others wait, and go on', async () => {
    const { store, system } = await client();
    const host = await JobHost.start(store, {
      node: ['--import', new URL('../fixtures/commit-hook.mjs', import.meta.url).href],
      env: { ESPALIER_TEST_KILL: 'stop 12' },
    });
    const jobs = await system.jobs.submitMany(Array.from({ length: 5 }, () => ({ queue: 'shell', input: 'true' })));
    const { pid = 0 } = host.process;
    const isStopped = () => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    await until('it is stopped', isStopped, 60_000);
    // Also a host that begins now. Any other wait would have come to its end after 5 s.
    const warned = once(process, 'warning');
    const begun = performance.now();
    const others = system.jobs.submit({ queue: 'shell', input: 'true' });
    const next = JobHost.start(store);
    const [warning] = await warned;
    expect(warning).toMatchObject({
      code: 'ESP_STORE_LOCKED',
      detail: expect.stringContaining(`process ${pid} has held`),
    });
    await sleep(6000 - (performance.now() - begun));
    host.process.kill('SIGCONT');
    const all = [...jobs, await others];
    await Promise.all(all.map((job) => job.result()));
    const tries = await Promise.all(all.map(async (job) => (await job.attempts()).map(({ state }) => state)));
    expect(tries).toEqual(all.map(() => ['succeeded']));
    const held = await untilEvent(system, ({ type, runId }) => type === 'store.held' && runId === system.runId);
    expect(held).toMatchObject({ data: { pid, heldMs: expect.toSatisfy((ms: number) => ms > 5000) } });
    await (await next).stop();
    await host.stop();
  });

  it('a cancel from another process ends the process tree before the job is called cancelled', async () => {
    const { store, system, marks } = await client();
    const host = await JobHost.start(store);
    const child = `sh -c '${marks.mark('child').replaceAll("'", '')}; exec sleep 300'`;
    const input = `trap '' TERM; setsid ${child} & ${marks.mark('on')}; sleep 300; sleep 300`;
    const job = await system.jobs.submit({ queue: 'shell', input });
    const pids = [await marks.pid('on'), await marks.pid('child')];
    const ended = job.wait().then(({ state }) => ({ state, alive: pids.filter(lives) }));
    expect(await job.cancel('no need')).toBe(true);
    expect(await ended).toEqual({ state: 'cancelled', alive: [] });
    await host.stop();
  });

  it('a method that is unknown after a deploy stays parked, and why says so', async () => {
    const store = `${folder()}/s.db`;
    const system = await start({ store, children: [pool({ id: 'w', command: methodsCommand, size: 1 })] });
    await system.pool('w').ready();
    const job = await system.jobs.submit({ queue: 'w', method: 'of-yesterday', args: null });
    await untilEvent(system, ({ type }) => type === 'job.parked');
    expect(await job.record()).toMatchObject({ state: 'parked', parked: { reason: 'method', for: 'of-yesterday' } });
    await using reader = await openReader(store);
    const { findings } = await explain(reader, job.id);
    expect(findings.flatMap(({ sentences }) => sentences).join(' ')).toContain('of-yesterday');
    await job.cancel();
  });

  it('four processes, a long reader and a backup: nobody is told that the store is busy', async () => {
    const { store, system } = await client();
    const hosts = await Promise.all([JobHost.start(store), JobHost.start(store), JobHost.start(store)]);
    const long = new Database(store, { readonly: true });
    long.exec('BEGIN');
    long.prepare('SELECT count(*) FROM jobs').get();
    const jobs: Job[] = [];
    for (let n = 0; n < 60; n += 1) jobs.push(await system.jobs.submit({ queue: 'shell', input: 'true' }));
    const copy = `${folder()}/copy.db`;
    await backupStore(store, copy);
    await Promise.all(jobs.map((job) => job.result()));
    long.exec('COMMIT');
    long.close();
    expect(existsSync(copy)).toBe(true);
    expect((await Promise.all(jobs.map((job) => job.attempts()))).every((list) => list.length === 1)).toBe(true);
    for (const host of hosts) await host.stop();
  });
});
