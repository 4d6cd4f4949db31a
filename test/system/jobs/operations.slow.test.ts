import { createSystem } from 'espalier';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { JobHost } from '../support/job-host.js';
import { folder, shells, start } from '../support/support.js';

const operations = new URL('./fixtures/operations.mjs', import.meta.url);
const withOperations = () => start({ children: [shells({ size: 2 })], operations });

describe('an operation of the user', () => {
  it('runs in a transaction of the store, and answers', async () => {
    const system = await withOperations();
    expect(system.operations.names).toContain('book');
    expect(await system.operations.call('book', { seats: 2 })).toBeNull();
    expect(await system.operations.call('bookings')).toEqual([{ job: null, what: '{"seats":2}', result: 'null' }]);
  });

  it('that throws has written nothing, and its error reaches the caller whole; what was called beside it is kept', async () => {
    const system = await withOperations();
    const [kept, failed] = await Promise.allSettled([
      system.operations.call('book', 1),
      system.operations.call('fail', 2),
    ]);
    expect(kept.status).toBe('fulfilled');
    const error = failed.status === 'rejected' ? failed.reason : null;
    expect(error).toMatchObject({ name: 'RangeError', message: 'no seats are left', code: 'SOLD_OUT', seats: 0 });
    expect(error.cause).toEqual({ show: 7 });
    expect(error.stack).toContain('operations.mjs');
    expect(await system.operations.call('bookings')).toMatchObject([{ what: '1' }]);
  });

  it.each([
    ['later', 'ESP_INVALID'],
    ['steal', 'ESP_INVALID'],
    ['nobody', 'ESP_NOT_FOUND'],
  ])('that is none is refused: %s', async (name, code) => {
    const system = await withOperations();
    await expect(system.operations.call(name)).rejects.toMatchObject({ code });
  });

  it('that goes on behind its promise is refused, and what it does then harms nobody', async () => {
    const system = await withOperations();
    await expect(system.operations.call('laterFailing')).rejects.toMatchObject({ code: 'ESP_INVALID' });
    expect(await system.operations.call('bookings')).toEqual([]);
  });

  it('that is slow is told, for every host waits meanwhile', async () => {
    const system = await withOperations();
    expect(await system.operations.call('slow')).toBe('done');
    const told: unknown[] = [];
    for await (const { data } of system.events.subscribe({ after: 0, follow: false, types: ['operation.slow'] }))
      told.push(data);
    expect(told).toMatchObject([{ operation: 'slow', ms: expect.any(Number) }]);
  });
});

describe('a job that commits with an operation', () => {
  const book = { operation: 'book', args: { for: 'ada' } };

  it('has succeeded in the very transaction in which that has written', async () => {
    const system = await withOperations();
    const job = await system.jobs.submit({ queue: 'shell', input: 'true', commit: book });
    await job.result();
    expect(await system.operations.call('bookings')).toEqual([{ job: job.id, what: '{"for":"ada"}', result: 'null' }]);
  });

  it('fails with ESP_COMMIT when that throws, is tried again by its policy, and leaves nothing', async () => {
    const system = await withOperations();
    const retries = { attempts: 2, backoff: { initialMs: 1, jitter: 0 } };
    const job = await system.jobs.submit({ queue: 'shell', input: 'true', retries, commit: { operation: 'fail' } });
    await expect(job.result()).rejects.toMatchObject({
      context: { error: { code: 'ESP_COMMIT', message: expect.stringContaining('no seats are left') } },
    });
    expect((await job.attempts()).map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(await system.operations.call('bookings')).toEqual([]);
  });

  it('submits what follows with its success', async () => {
    const system = await withOperations();
    const next = { queue: '/shell', input: 'echo next', key: 'next' };
    const job = await system.jobs.submit({
      queue: 'shell',
      input: 'true',
      commit: { operation: 'andThen', args: { next } },
    });
    await job.result();
    const [follower] = await system.jobs.list({ key: 'next' });
    expect(follower?.queue).toBe('test:/shell');
    expect((await system.jobs.get(follower?.jobId ?? '').wait()).state).toBe('succeeded');
  });

  it('waits where no host knows the operation, and goes on where one does', async () => {
    const file = `${folder()}/app.db`;
    const first = await start({ store: file, children: [shells()] });
    const job = await first.jobs.submit({ queue: 'shell', input: 'true', commit: book });
    await first.jobs.submit({ queue: 'shell', input: 'true' }).then((other) => other.result());
    expect(await job.record()).toMatchObject({ state: 'parked', parked: { reason: 'operation', for: 'book' } });
    await first.stop();
    const second = await start({ store: file, children: [shells()], operations });
    expect((await second.jobs.get(job.id).wait()).state).toBe('succeeded');
  });
});

it('an operation and the success of its job are both there, or neither, whenever the host is killed', async () => {
  const store = `${folder()}/app.db`;
  const system = await start({ store, children: [shells()], serveJobs: false, operations });
  const commit = { operation: 'book', args: null };
  const specs = Array.from({ length: 40 }, (_, n) => ({ queue: 'shell', input: 'true', key: `${n}`, commit }));
  const jobs = await system.jobs.submitMany(specs);
  const bookings = async () => z.array(z.object({ job: z.string() })).parse(await system.operations.call('bookings'));
  for (let hosts = 0; hosts < 6; hosts += 1) {
    const host = await JobHost.start(store, { operations });
    // Killed as soon as some have been booked, in the middle of the others.
    const before = (await bookings()).length;
    const ends = system.events.subscribe({ types: ['job.ended'], after: 0 })[Symbol.asyncIterator]();
    while ((await bookings()).length < Math.min(before + 5, 40)) await ends.next();
    await ends.return?.();
    await host.kill();
    const done = (await system.jobs.list({ state: 'succeeded', limit: 100 })).map(({ jobId }) => jobId);
    expect((await bookings()).map(({ job }) => job).sort()).toEqual([...done].sort());
  }
  const last = await JobHost.start(store, { operations });
  await Promise.all(jobs.map((job) => job.result()));
  const booked = (await bookings()).map(({ job }) => job);
  expect([...booked].sort()).toEqual(jobs.map(({ id }) => id).sort());
  await last.stop();
});

it('a system whose operations cannot be loaded does not start, and says why', async () => {
  const store = `${folder()}/app.db`;
  const missing = new URL('./fixtures/nowhere.mjs', import.meta.url);
  await expect(createSystem({ name: 'test', store, operations: missing })).rejects.toMatchObject({
    code: 'ESP_INVALID',
    message: expect.stringContaining('nowhere.mjs cannot be loaded'),
  });
});
