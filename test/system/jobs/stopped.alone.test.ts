import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { lockHolder } from '../../../src/persistence/file/lock-holder.js';
import { until } from '../../transport/process/support.js';
import { JobHost } from '../support/job-host.js';
import { folder, Marks, shells, start } from '../support/support.js';

function hasStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) => /^State:\s+T/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8')));
}

/** Whoever is stopped inside a commit holds up everybody else: that is another test. */
async function stopOutsideCommit({ process: { pid = 0 } }: JobHost, store: string): Promise<void> {
  for (;;) {
    process.kill(pid, 'SIGSTOP');
    await until('each of its threads has stopped', () => hasStopped(pid));
    if (lockHolder(store) !== pid) return;
    process.kill(pid, 'SIGCONT');
  }
}

it('a host that is stopped for 60 s loses nothing, and nothing of it runs twice', async () => {
  const store = `${folder()}/s.db`;
  const system = await start({ store, children: [shells()], serveJobs: false });
  const marks = new Marks();
  const stopped = await JobHost.start(store);
  const times = `${marks.folder}/times`;
  const input = (n: number) => `echo ${n} >> ${times}; ${marks.mark(`on${n}`)}; ${marks.gate('go')}`;
  const jobs = await system.jobs.submitMany([0, 1, 2].map((n) => ({ queue: 'shell', input: input(n) })));
  for (const n of [0, 1, 2]) await marks.pid(`on${n}`);
  await stopOutsideCommit(stopped, store);
  const other = await JobHost.start(store);
  // The other one lives and works meanwhile.
  const between = await system.jobs.submit({ queue: 'shell', input: 'true' });
  await between.result();
  await sleep(60_000);
  marks.open('go');
  await sleep(1000);
  stopped.process.kill('SIGCONT');
  await Promise.all(jobs.map((job) => job.result()));
  const attempts = await Promise.all(jobs.map((job) => job.attempts()));
  expect(attempts.map((list) => list.map(({ state, owner }) => [state, owner]))).toEqual(
    jobs.map(() => [['succeeded', stopped.runId]]),
  );
  expect(readFileSync(times, 'utf8').trim().split('\n').sort()).toEqual(['0', '1', '2']);
  await stopped.stop();
  await other.stop();
});
