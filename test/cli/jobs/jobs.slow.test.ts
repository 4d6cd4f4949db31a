import { describe, expect, it } from 'vitest';
import { espalier, espalierHere, newFolder } from '../espalier.js';
import { hosted, json } from './hosted.js';

describe('espalier submit', () => {
  it('prints the id of a job that waits in its queue, and says that nobody serves it', async () => {
    const { run } = await hosted();
    const { code, stdout, stderr } = await run('submit', '--queue', 'q', '--method', 'do', '{"x":1}');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'no living host serves queue q: it waits until one does\n',
    });
    expect(stdout).toMatch(/^job-[0-9a-z]+-[0-9a-f]{16}\n$/);
    expect(json((await run('jobs', '--json')).stdout)).toMatchObject([
      { jobId: stdout.trim(), state: 'queued', queue: 'q', method: 'do', attempts: 0 },
    ]);
  });

  it('keeps all that it is told of a job', async () => {
    const { run, submit, store } = await hosted();
    const first = await submit('1');
    const id = await submit(
      ...['--method', 'do', '--key', 'k', '--key-for', 'ever', '--priority', '-2', '--delay', '5m', '--deadline', '2h'],
      ...['--after', first, '--limit-key', 'a', '--limit-key', 'b', '--retries', '2', '--timeout', '30s'],
      ...['--on-lost', 'fail', '--meta', '{"who":"me"}', 'no {json'],
    );
    const [story] = json((await run('job', id, '--json')).stdout);
    expect(story).toMatchObject({
      ...{ jobId: id, state: 'blocked', key: 'k', priority: -2, limits: ['a', 'b'], input: 'no {json' },
      policy: { attempts: 3, timeoutMs: 30_000, onLost: 'fail' },
      after: [{ jobId: first, state: 'queued' }],
      meta: { who: 'me' },
    });
    expect(story.notBefore - story.submittedAt).toBeGreaterThan(290_000);
    expect(story.deadline - story.submittedAt).toBeGreaterThan(7_100_000);
    expect((await store.jobs.list({ limit: 9 })).length).toBe(2);
  });

  it('takes an input as JSON, as text where it is none or where that is said, and from standard input', async () => {
    const { run, submit, file, folder } = await hosted();
    const inputOf = async (id: string) => json((await run('job', id, '--json')).stdout)[0].input;
    expect(await inputOf(await submit('[1, 2]'))).toEqual([1, 2]);
    expect(await inputOf(await submit('a b'))).toBe('a b');
    expect(await inputOf(await submit('--text', '42'))).toBe('42');
    const piped = await espalier(folder, ['submit', '--queue', 'q', '--db', file, '-'], 'two\nlines\n');
    expect(await inputOf(piped.stdout.trim())).toBe('two\nlines');
  });

  it('answers the job that has the key, and refuses another work of it', async () => {
    const { run, submit } = await hosted();
    const id = await submit('--key', 'k', '1');
    expect(await run('submit', '--queue', 'q', '--key', 'k', '1')).toMatchObject({
      code: 0,
      stdout: `${id}\n`,
      stderr: expect.stringMatching(/^existing: it has the key k\n/),
    });
    expect(json((await run('submit', '--queue', 'q', '--key', 'k', '1', '--json')).stdout)).toEqual([
      { jobId: id, existing: true },
    ]);
    expect(await run('submit', '--queue', 'q', '--key', 'k', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ESP_KEY_CONFLICT'),
    });
  });

  it('makes no store that is not there', async () => {
    const folder = newFolder();
    expect(await espalierHere(folder, ['submit', '--queue', 'q', '1', '--db', 'none.db'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ESP_STORE_MISSING'),
    });
  });

  it('says when the queue is paused', async () => {
    const { run, submit, serve } = await hosted();
    await serve();
    await submit('1');
    await run('queue', 'pause', 'q');
    expect((await run('submit', '--queue', 'q', '1')).stderr).toBe(
      'queue q is paused; "espalier queue resume q" goes on\n',
    );
  });
});

describe('espalier jobs', () => {
  it('lists the newest first, by state, queue, key and parent, and says when there are more', async () => {
    const { run, submit } = await hosted();
    const ids = [await submit('--key', 'k', '1'), await submit('2'), await submit('--delay', '1h', '3')];
    const listed = async (...args: string[]) =>
      json((await run('jobs', '--json', ...args)).stdout).map(({ jobId }) => jobId);
    expect(await listed()).toEqual([...ids].reverse());
    expect(await listed('--key', 'k')).toEqual([ids[0]]);
    expect(await listed('--state', 'parked')).toEqual([ids[2]]);
    expect(await listed('--queue', 'other')).toEqual([]);
    const { stdout, stderr } = await run('jobs', '--limit', '2');
    expect(stderr).toBe('only the newest 2 are shown: --limit shows more\n');
    expect(stdout).toMatch(
      new RegExp(`^JOB .*\n${ids[2]}  parked  q .* 0  20.*  not before until 20.*\n${ids[1]}  queued .*\n$`),
    );
  });
});

describe('espalier job', () => {
  it('tells the whole story of a job on one screen', async () => {
    const { run, submit, claim, finish, serve } = await hosted();
    await serve();
    const id = await submit('--method', 'do', '--retries', '1', '{"x":1}');
    const first = await claim();
    await finish({ ...first, how: 'failed', error: { code: 'Error', message: 'no such file' } });
    const parked = (await run('job', id)).stdout;
    expect(parked).toMatch(
      new RegExp(
        `^job        ${id}\nstate      parked\n           Job ${id} is tried again (in \\d+ ms|as soon as a host looks): 1 attempt of the 2 that it has did not succeed.\n`,
      ),
    );
    expect(parked).toMatch(/\n {2} +1 {2}failed {2}20.* 12 ms .* h {5}no such file\n/);
  });

  it('is found by the beginning of its id, and by "last"', async () => {
    const { run, submit } = await hosted();
    const [one, two] = [await submit('1'), await submit('2')];
    const found = async (text: string) => json((await run('job', text, '--json')).stdout)[0].jobId;
    expect(await found('last')).toBe(two);
    expect(await found(one.slice(0, -3))).toBe(one);
    expect(await found(one.slice('job-'.length, -3))).toBe(one);
    expect(await run('job', 'job-')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('several jobs begin with'),
    });
    expect(await run('job', 'job-zzzz')).toMatchObject({ code: 2, stderr: expect.stringContaining('ESP_NOT_FOUND') });
    expect(await run('job', 'no such')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no job no such in'),
    });
  });

  it('shows what came of it', async () => {
    const { run, submit, claim, finish } = await hosted();
    const id = await submit('--method', 'do', '1');
    await finish({ ...(await claim()), how: 'succeeded', result: { y: 2 } });
    const { stdout } = await run('job', id);
    expect(stdout).toContain(`state      succeeded\n           Job ${id} succeeded: nothing is wrong with it.\n`);
    expect(stdout).toContain('result     {"y":2}\n');
    expect(json((await run('job', id, '--json')).stdout)).toMatchObject([
      { result: { y: 2 }, why: [{ cause: 'succeeded' }], executions: [{ attempt: 1, ranMs: 12, owner: 'h' }] },
    ]);
  });
});

describe('espalier cancel', () => {
  it('ends a job that waits at once, says so again, and refuses one that has ended otherwise', async () => {
    const { run, submit, claim, finish } = await hosted();
    const id = await submit('--method', 'do', '1');
    expect(await run('cancel', id, '--reason', 'not needed')).toMatchObject({
      code: 0,
      stdout: `job ${id} is cancelled\n`,
    });
    expect((await run('job', id)).stdout).toContain(`Job ${id} was cancelled: not needed.`);
    expect(await run('cancel', id)).toMatchObject({ code: 0, stdout: `job ${id} was cancelled before\n` });
    const other = await submit('--method', 'do', '1');
    await finish({ ...(await claim()), how: 'succeeded', result: 1 });
    expect(await run('cancel', other)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`job ${other} has ended: it is succeeded, and there is nothing to cancel`),
    });
  });

  it('waits until what runs of it has ended', async () => {
    const { run, submit, claim, finish, store } = await hosted();
    const id = await submit('--method', 'do', '1');
    const claimed = await claim();
    const waiting = run('cancel', id, '--wait');
    await wanted(store);
    await finish({ ...claimed, how: 'interrupted' });
    expect(await waiting).toMatchObject({ code: 0, stdout: `job ${id} is cancelled\n` });
  });

  it('ends all that fit, and no other', async () => {
    const { run, submit } = await hosted();
    const ids = [await submit('1'), await submit('--delay', '1h', '2')];
    expect(await run('cancel')).toMatchObject({ code: 2, stderr: expect.stringContaining('which jobs?') });
    expect(await run('cancel', 'last', '--queue', 'q')).toMatchObject({ code: 2 });
    expect(await run('cancel', '--queue', 'q', '--state', 'parked')).toEqual({
      ...{ code: 0, stdout: `job ${ids[1]} is cancelled\n`, stderr: '1 job\n' },
    });
    expect(json((await run('cancel', '--queue', 'q', '--json')).stdout)).toEqual([{ jobId: ids[0], became: 'ended' }]);
  });
});

/** Resolves when the end of a job that runs was asked for. */
async function wanted(store: Awaited<ReturnType<typeof hosted>>['store']): Promise<void> {
  for await (const { type } of store.journal.tail({ follow: true })) if (type === 'job.wanted') return;
}

it('espalier cancel asks the host of a job that runs, and says so', async () => {
  const { run, submit, claim, store } = await hosted();
  const id = await submit('--method', 'do', '1');
  await claim();
  expect(await run('cancel', id)).toMatchObject({ code: 0, stdout: `asked the host of job ${id} to end it\n` });
  expect((await run('job', id)).stdout).toContain(`Job ${id} is about to end: the job was cancelled.`);
  expect(await store.jobs.wanted('h')).toMatchObject([{ jobId: id }]);
});

describe('espalier retry', () => {
  it('submits a job that has ended anew, and refuses one that has not', async () => {
    const { run, submit } = await hosted();
    const id = await submit('--method', 'do', '{"x":1}');
    expect(await run('retry', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('ESP_CONFLICT') });
    await run('cancel', id);
    const { code, stdout } = await run('retry', id);
    expect(code).toBe(0);
    expect(json((await run('job', stdout.trim(), '--json')).stdout)).toMatchObject([
      { retryOf: id, input: { x: 1 }, state: 'queued' },
    ]);
  });

  it('submits all that fit, without a state those that failed', async () => {
    const { run, submit, claim, finish } = await hosted();
    const [failed] = [await submit('--method', 'do', '1')];
    await finish({ ...(await claim()), how: 'failed', error: { code: 'Error', message: 'no' } });
    await run('cancel', await submit('2'));
    expect(json((await run('retry', '--queue', 'q', '--json')).stdout)).toMatchObject([
      { retryOf: failed, existing: false },
    ]);
  });
});

describe('espalier prioritise, queues and limits', () => {
  it('move a job, and refuse one that has ended', async () => {
    const { run, submit, store } = await hosted();
    const id = await submit('1');
    expect(await run('prioritise', id, '-5')).toMatchObject({ code: 0, stdout: `job ${id} has priority -5\n` });
    expect((await store.jobs.list({ limit: 1 }))[0]?.priority).toBe(-5);
    await run('cancel', id);
    expect(await run('prioritise', id, '1')).toMatchObject({ code: 2, stderr: expect.stringContaining('has ended') });
  });

  it('show how much waits where, and pause a queue', async () => {
    const { run, submit, serve } = await hosted();
    await submit('1');
    await submit('--delay', '1h', '1');
    await serve('q');
    expect((await run('queues')).stdout).toMatch(/^QUEUE .*\nq +1 +[\d.]+ m?s +1 .* h:\/pool\n$/);
    expect((await run('queue', 'pause', 'q')).stdout).toBe('queue q is paused\n');
    expect((await run('queue', 'pause', 'q')).stdout).toBe('queue q was paused before\n');
    expect(json((await run('queues', '--json')).stdout)).toMatchObject([
      { queue: 'q', counts: { queued: 1, parked: 1 }, pausedAt: expect.any(Number) },
    ]);
    expect((await run('queue', 'resume', 'q')).stdout).toBe('queue q goes on\n');
    expect(await run('queue', 'pause', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there are q'),
    });
  });

  it('set a limit, show what waits for it, and take it away', async () => {
    const { run, submit, claim, serve } = await hosted();
    await serve();
    expect((await run('limits', 'set', 'l', '--concurrency', '1', '--rate', '2/1s')).stdout).toBe(
      'limit l: 1 at once, 2 in 1.0 s\n',
    );
    const ids: string[] = [];
    for (const input of ['1', '2']) ids.push(await submit('--method', 'do', '--limit-key', 'l', input));
    await claim();
    await expect(claim()).rejects.toThrow('nothing was claimed');
    expect(json((await run('limits', '--json')).stdout)).toEqual([
      { name: 'l', concurrency: 1, rate: { count: 2, perMs: 1000, burst: 2 }, waiting: 1, holders: [ids[0]] },
    ]);
    expect((await run('job', ids[1] ?? '')).stdout).toContain(
      `Job ${ids[1]} waits for the limit l, which allows 1 attempt at once and 2 in 1.0 s.\n           It is held by ${ids[0]}.\n`,
    );
    expect((await run('limits', 'unset', 'l')).stdout).toBe('limit l is taken away\n');
    expect((await run('limits')).stdout).toMatch(/^LIMIT.*\n$/);
    expect(await run('limits', 'unset', 'l')).toMatchObject({ code: 2 });
    expect(await run('limits', 'set', 'l')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a limit of what?'),
    });
  });
});

describe('espalier jobs --meta', () => {
  it('finds jobs by what stands at the top of their meta, all of it that is named', async () => {
    const { run, submit } = await hosted();
    const first = await submit('--meta', '{"tenant":"x","n":1}', '1');
    await submit('--meta', '{"tenant":"y","n":1}', '2');
    const ids = async (...args: string[]) =>
      json((await run('jobs', '--json', ...args)).stdout).map(({ jobId }) => jobId);
    expect(await ids('--meta', 'tenant=x')).toEqual([first]);
    expect(await ids('--meta', 'n=1')).toHaveLength(2);
    expect(await ids('--meta', 'n=1', '--meta', 'tenant=x')).toEqual([first]);
    expect(await run('jobs', '--meta', 'tenant')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('field=value'),
    });
  });
});
