import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { JobHost } from '../support/job-host.js';
import { folder, Marks, remains, shells, start } from '../support/support.js';

describe('a host that is killed', () => {
  it('leaves its job to one that lives, without a start of anybody, once its process is gone', async () => {
    const store = `${folder()}/s.db`;
    const marks = new Marks();
    const system = await start({ store, children: [shells()], serveJobs: false });
    const other = await JobHost.start(store);
    const script = `if [ -e ${marks.folder}/go ]; then echo done; else ${marks.mark('on')}; exec sleep 300; fi`;
    const job = await system.jobs.submit({ queue: 'shell', input: script });
    const pid = await marks.pid('on');
    const heir = await JobHost.start(store);
    marks.open('go');
    await other.kill();
    await job.result();
    expect(lives(pid)).toBe(false);
    const states = (await job.attempts()).map(({ state, owner }) => [state, owner]);
    expect(states).toEqual([
      ['orphaned', other.runId],
      ['succeeded', heir.runId],
    ]);
    await heir.stop();
  });

  it('again and again, at random, has each job done once, within its limit, and leaves nothing running', async () => {
    const store = `${folder()}/s.db`;
    const system = await start({ store, children: [shells()], serveJobs: false });
    await system.limits.set('two', { concurrency: 2 });
    const jobs = await system.jobs.submitMany(
      Array.from({ length: 60 }, (_, n) => ({
        queue: 'shell',
        input: `sleep 0.05; echo ${n}`,
        key: `job ${n}`,
        ref: `${n}`,
        ...(n % 3 === 0 ? { limits: ['two'] } : {}),
        ...(n % 5 === 4 ? { after: [`${n - 4}`] } : {}),
      })),
    );
    const [kills = []] = fc.sample(fc.array(fc.integer({ min: 100, max: 900 }), { minLength: 6, maxLength: 6 }), {
      numRuns: 1,
      seed: 20261201,
    });
    const hosts = await Promise.all([JobHost.start(store), JobHost.start(store)]);
    const all = [...hosts];
    for (const [round, ms] of kills.entries()) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      const next = JobHost.start(store);
      await hosts[round % 2]?.kill();
      hosts[round % 2] = await next;
      all.push(await next);
    }
    const records = await Promise.all(jobs.map((job) => job.wait()));
    expect(records.map(({ state }) => state)).toEqual(jobs.map(() => 'succeeded'));
    const stories = await Promise.all(jobs.map((job) => job.story()));
    const executions = stories.flatMap(({ executions: list }) => list);
    // Each is done once; what ran beside that died with its host.
    expect(executions.filter(({ state }) => state === 'succeeded')).toHaveLength(jobs.length);
    expect(new Set(executions.map(({ state }) => state))).not.toContain('running');
    expect(atOnce(stories.filter((_, n) => n % 3 === 0).flatMap(({ executions: list }) => list))).toBe(2);
    for (const host of hosts) await host.stop();
    expect(all.flatMap(({ runId }) => remains(runId))).toEqual([]);
  });
});

/** The most executions that were under way at one instant, from their claims to their ends as these were written. */
function atOnce(executions: readonly { readonly startedAt: number; readonly endedAt: number | null }[]): number {
  const changes = executions.flatMap(({ startedAt, endedAt }) => [
    { at: startedAt, by: 1 },
    { at: endedAt ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  // What ends at an instant makes room for what begins at it.
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
