import { readFileSync } from 'node:fs';
import { type Job, pool } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { folder, Marks, methodsCommand, outcome, shells, start } from '../support/support.js';

const calls = (size = 2) => pool({ id: 'w', command: [...methodsCommand], size });

describe('a job', () => {
  it('is executed by a worker of its queue, and answers', async () => {
    const system = await start({ children: [calls()] });
    const job = await system.jobs.submit({ queue: 'w', method: 'add', args: { a: 1, b: 2 } });
    expect(await job.result()).toBe(3);
    const { state, attempts, executions, endedAt } = await job.story();
    expect({ state, attempts }).toEqual({ state: 'succeeded', attempts: 1 });
    expect(executions).toMatchObject([{ attempt: 1, state: 'succeeded', owner: system.runId }]);
    expect(endedAt).toBeGreaterThan(0);
  });

  it('is executed as a program, whose words are kept', async () => {
    const system = await start({ children: [shells()] });
    const job = await system.jobs.submit({ queue: 'shell', input: 'echo out; echo err >&2' });
    expect(await job.result()).toBeNull();
    expect(await job.output()).toMatchObject({ stdout: 'out\n', stderr: 'err\n', attempt: 1 });
  });

  it('is tried again when it failed, and says at last with what', async () => {
    const system = await start({ children: [shells()] });
    const backoff = { initialMs: 1, jitter: 0 };
    const job = await system.jobs.submit({
      queue: 'shell',
      input: 'echo no >&2; exit 3',
      retries: { attempts: 3, backoff },
    });
    await expect(job.result()).rejects.toMatchObject({
      code: 'ESP_JOB_FAILED',
      context: { state: 'failed', error: { message: expect.stringContaining('3') } },
    });
    expect((await job.attempts()).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
  });

  it('starts after those that it waits for', async () => {
    const system = await start({ children: [shells({ size: 4 })] });
    const file = `${folder()}/order`;
    const jobs = await system.jobs.submitMany([
      { queue: 'shell', input: `echo 2 >> ${file}`, after: ['first'], ref: 'second' },
      { queue: 'shell', input: `sleep 0.1; echo 1 >> ${file}`, ref: 'first' },
      { queue: 'shell', input: `echo 3 >> ${file}; cat ${file}`, after: ['first', 'second'] },
    ]);
    const last = jobs.at(-1);
    await last?.result();
    expect(await last?.output()).toMatchObject({ stdout: '1\n2\n3\n' });
  });

  it('is met again by its key', async () => {
    const system = await start({ children: [shells()] });
    const marks = new Marks();
    const spec = { queue: 'shell', input: marks.gate('go'), key: 'doc-17' };
    const first = await system.jobs.submit(spec);
    const second = await system.jobs.submit(spec);
    expect([second.id, second.existing, first.existing]).toEqual([first.id, true, false]);
    expect(await outcome(() => system.jobs.submit({ ...spec, input: 'true' }))).toBe('ESP_KEY_CONFLICT');
    marks.open('go');
    await second.result();
  });

  it('is ended, and its process is gone before it says that it is cancelled', async () => {
    const system = await start({ children: [shells()] });
    const marks = new Marks();
    const job = await system.jobs.submit({ queue: 'shell', input: `${marks.mark('on')}; exec sleep 300` });
    const pid = await marks.pid('on');
    const ended = job.wait().then(({ state }) => ({ state, alive: lives(pid) }));
    expect(await job.cancel('no need')).toBe(true);
    expect(await ended).toEqual({ state: 'cancelled', alive: false });
    expect(await job.cancel()).toBe(false);
  });

  it('keeps a limit over all that name it', async () => {
    const system = await start({ children: [shells({ size: 4 })] });
    await system.limits.set('one', { concurrency: 1 });
    const marks = new Marks();
    const script = (n: number) => `${marks.mark(`on${n}`)}; ${marks.gate(`go${n}`)}`;
    const jobs = await system.jobs.submitMany(
      [1, 2].map((n) => ({ queue: 'shell', input: script(n), limits: ['one'] })),
    );
    await marks.pid('on1');
    await untilEvent(system, ({ type }) => type === 'job.parked');
    expect(await system.limits.list()).toMatchObject([{ name: 'one', holders: [jobs[0]?.id], waiting: 1 }]);
    expect(marks.has('on2')).toBe(false);
    marks.open('go1');
    await marks.pid('on2');
    marks.open('go2');
    await Promise.all(jobs.map((job) => job.result()));
  });

  it('waits while its queue is paused', async () => {
    const system = await start({ children: [shells()] });
    await system.queues.pause('shell');
    const job = await system.jobs.submit({ queue: 'shell', input: 'true' });
    const after = await system.jobs.submit({ queue: 'shell', input: 'true' });
    expect(await system.queues.list()).toMatchObject([{ queue: 'test:/shell', counts: { queued: 2 } }]);
    expect(await system.jobs.list({ queue: 'shell' })).toMatchObject([{ jobId: after.id }, { jobId: job.id }]);
    await system.queues.resume('shell');
    await Promise.all([job, after].map((one) => one.result()));
  });

  it('outlives its host, and is done by the next one', async () => {
    const store = `${folder()}/s.db`;
    const marks = new Marks();
    const first = await start({ store, children: [shells()] });
    const script = `if [ -e ${marks.folder}/go ]; then echo done; else ${marks.mark('on')}; sleep 300; fi`;
    const { id } = await first.jobs.submit({ queue: 'shell', input: script });
    await marks.pid('on');
    await first.stop();
    marks.open('go');
    const second = await start({ store, children: [shells()] });
    const job: Job = second.jobs.get(id);
    await job.result();
    expect(await job.output()).toMatchObject({ stdout: 'done\n' });
    expect((await job.attempts()).map(({ state }) => state)).toEqual(['interrupted', 'succeeded']);
  });
});

describe('a pool that serves other queues', () => {
  it('does their jobs beside those of its own, no more at once than it has room for, and starves neither', async () => {
    const system = await start({ children: [shells({ size: 2, serves: ['gpu'] })] });
    const file = `${folder()}/at-once`;
    const input = `echo + >> ${file}; sleep 0.02; echo - >> ${file}`;
    const specs = Array.from({ length: 20 }, (_, n) => ({ queue: n % 2 === 0 ? 'shell' : 'gpu', input }));
    const jobs = await system.jobs.submitMany(specs);
    for (const job of jobs) await job.result();
    let [now, most] = [0, 0];
    for (const mark of readFileSync(file, 'utf8').trim().split('\n')) {
      now += mark === '+' ? 1 : -1;
      most = Math.max(most, now);
    }
    expect([now, most]).toEqual([0, 2]);
    const served = await system.queues.list();
    expect(served.filter(({ servedBy }) => servedBy.length > 0).map(({ queue }) => queue)).toEqual([
      'gpu',
      'test:/shell',
    ]);
  });
});
