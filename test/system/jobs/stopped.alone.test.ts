import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { JobHost } from '../support/job-host.js';
import { stopOutsideCommit } from '../support/stopped.js';
import { folder, Marks, shells, start } from '../support/support.js';

it('a host that is stopped for 60 s loses nothing, and nothing of it runs twice', async () => {
  const store = `${folder()}/s.db`;
  const system = await start({ store, children: [shells()], serveJobs: false });
  const marks = new Marks();
  const stopped = await JobHost.start(store);
  const times = `${marks.folder}/times`;
  const input = (n: number) => `echo ${n} >> ${times}; ${marks.mark(`on${n}`)}; ${marks.gate('go')}`;
  const jobs = await system.jobs.submitMany([0, 1, 2].map((n) => ({ queue: 'shell', input: input(n) })));
  for (const n of [0, 1, 2]) await marks.pid(`on${n}`);
  await stopOutsideCommit(stopped.process.pid ?? 0, store);
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
