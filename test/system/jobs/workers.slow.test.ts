import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Job, openJobs, pool, type System, type WorkerMessageFrom } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { until } from '../../transport/process/support.js';
import { python } from '../../transport/protocol/support/python.js';
import { folder, start } from '../support/support.js';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** How each SDK starts its twin of the worker of these tests. */
const COMMANDS = {
  Node: [process.execPath, fixture('of-a-job.mjs')],
  Python: [python, fixture('of_a_job.py')],
} as const;

const SDKS = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];

/** Resolves once it waits. */
async function waiting(system: System, { id }: Job): Promise<void> {
  await untilEvent(system, ({ type, ctx }) => type === 'job.waiting' && ctx?.job === id, { timeout: 60_000 });
}

/** The lines of a file that a method writes; none while it is not there. */
function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}

async function states(job: Job): Promise<string[]> {
  return (await job.attempts()).map(({ state }) => state);
}

describe.for(SDKS)('a job in a worker in %s', (sdk) => {
  const workers = (size = 1) => [pool({ id: 'w', command: [...COMMANDS[sdk]], size, graceMs: 1000 })];

  it('submits three children, waits without a place, and finds what they came to', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'sum', args: { of: [1, 2, 3], queue: 'w' }, key: 'k' });
    const parts = (await job.story()).children;
    expect(parts).toEqual([]);
    const result = await job.result();
    const { children } = await job.story();
    expect(result).toEqual({
      attempt: 2,
      key: 'k',
      parts: [1, 4, 9].map((n, at) => ['succeeded', { n, parent: job.id, root: job.id, job: children[at]?.jobId }]),
    });
    expect(await states(job)).toEqual(['suspended', 'succeeded']);
  });

  it('meets children with a key for good again, by submitting them as before', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'keyed', args: { of: [2, 3], queue: 'w' } });
    expect(await job.result()).toEqual({ existing: [true, true], parts: [4, 9] });
    expect((await job.story()).children).toHaveLength(2);
    expect(await states(job)).toEqual(['suspended', 'succeeded']);
  });

  it('waits all the same when its method keeps the signal to itself', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'swallow', args: { queue: 'w' } });
    expect(await job.result()).toBe('met');
    expect(await states(job)).toEqual(['suspended', 'succeeded']);
  });

  it('whose worker is killed goes on from its checkpoint', async () => {
    const system = await start({ children: workers() });
    const file = join(folder(), 'rows');
    const job = await system.jobs.submit({ queue: 'w', method: 'rows', args: { file, rows: 5, hold: 2 } });
    await until('it holds', () => lines(`${file}.pid`).length > 0, 60_000);
    process.kill(Number(lines(`${file}.pid`)[0]), 'SIGKILL');
    expect(await job.result()).toEqual({ attempt: 2, from: 3 });
    expect(lines(file)).toEqual(['1 0', '1 1', '1 2', '2 3', '2 4']);
    expect((await job.story()).checkpoint).toBe(5);
  });

  it('asks and keeps its worker, whose time stands still, until another process answers', async () => {
    const store = join(folder(), 's.db');
    const system = await start({ store, children: workers() });
    const mark = join(folder(), 'mark');
    const args = { suspend: false, mark };
    const job = await system.jobs.submit({ queue: 'w', method: 'ask', args, timeoutMs: 2000 });
    // By the time that it is shown in its host it stands in the store.
    await until('it asks', () => system.asks.list().length > 0, 60_000);
    expect(await job.questions()).toMatchObject([{ id: 'go', suspends: false }]);
    expect(system.asks.list()).toMatchObject([{ question: 'May I?', ids: { job: job.id, attempt: 1 } }]);
    // Longer than the attempt may take.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await using opened = await openJobs(store);
    await opened.jobs.answer(job.id, 'go', { yes: true });
    expect(await job.result()).toMatchObject({ answer: { yes: true }, attempt: 1, left: expect.any(Number) });
    expect(system.asks.list()).toEqual([]);
    expect(await states(job)).toEqual(['succeeded']);
  });

  it('asks who is asked in its host, and the answer is kept', async () => {
    const system = await start({ children: workers(), onAsk: ({ ids }) => ids?.job !== undefined && 'of the house' });
    const onAsk = pool({
      ...{ id: 'asking', command: [...COMMANDS[sdk]], size: 1, graceMs: 1000 },
      onAsk: (ask) => ask.answer('at once'),
    });
    await system.supervisor('/').startChild(onAsk);
    const job = await system.jobs.submit({ queue: 'asking', method: 'ask', args: { suspend: false } });
    expect(await job.result()).toMatchObject({ answer: 'at once' });
    expect(await job.questions()).toMatchObject([{ id: 'go', answer: 'at once', suspends: false }]);
  });

  it('asks and ends, without a place, until it is called again with the answer', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'ask', args: { suspend: true } });
    await waiting(system, job);
    const other = await system.jobs.submit({ queue: 'w', method: 'square', args: { n: 3 } });
    expect(await other.result()).toMatchObject({ n: 9 });
    await system.jobs.answer(job.id, 'go', 'yes');
    expect(await job.result()).toEqual({ answer: 'yes', attempt: 2, answers: { go: 'yes' }, left: null });
    expect(await states(job)).toEqual(['suspended', 'succeeded']);
  });

  it('knows whose attempt it is, and has no more time than its deadline leaves', async () => {
    const system = await start({ children: workers() });
    const deadline = Date.now() + 60_000;
    const spec = { queue: 'w', method: 'ids', deadline, timeoutMs: 600_000 };
    const job = await system.jobs.submit(spec);
    const found = await job.result();
    expect(found).toMatchObject({ job: job.id, key: job.id, attempt: 1, epoch: 1, deadline });
    expect(found).toHaveProperty(
      'left',
      expect.toSatisfy((left: number) => left > 0 && left <= 60_000),
    );
    expect(await (await system.jobs.submit({ ...spec, key: 'mine' })).result()).toMatchObject({ key: 'mine' });
  });

  it('tells of much progress a little, and the last of it always', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'progress', args: { count: 5000 } });
    expect(await job.result()).toBe('done');
    expect(await job.progress()).toEqual({ done: 5000, total: 5000, note: 'row 5000' });
  });

  it.for(['checkpoint', 'progress', 'submit', 'waitFor', 'suspend'])(
    'is needed for %s, which a call and a slot of a run are told',
    async (what) => {
      const system = await start({ children: workers() });
      const told = await system.pool('w').call('want', { what });
      const wants = { suspend: 'ask with suspend' }[what] ?? what;
      expect(String(told).replace('wait_for', 'waitFor')).toBe(
        `ESP_INVALID: ${wants} needs a job: this call is no attempt of one`,
      );
      const run = await system.runs.start({ pool: 'w', method: 'want', slots: [{ what }], concurrency: 1 });
      for await (const row of run.committed())
        expect(row.result).toMatch(/needs a job: a slot of a run \(.*\) is none$/);
    },
  );

  it('names its questions: one without an id is refused', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'want', args: { what: 'nameless' } });
    expect(await job.result()).toMatch(/^ESP_INVALID: ask: in a job a question needs an id/);
  });

  it('is told when a checkpoint is too large', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'large' });
    const record = await job.wait();
    expect([record.state, record.error?.code]).toEqual(['failed', 'ESP_PAYLOAD']);
  });

  it('uses up its budget by what it says, and is ended', async () => {
    const system = await start({ children: workers() });
    const gate = join(folder(), 'gate');
    const args = { amounts: [0.5, 0.25, 0.5], as: 'sum', until: gate };
    const job = await system.jobs.submit({ queue: 'w', method: 'spend', args, budget: { usd: 1 } });
    expect(await job.wait()).toMatchObject({ state: 'failed', error: { code: 'ESP_BUDGET' } });
    writeFileSync(gate, '');
    const within = await system.jobs.submit({
      ...{ queue: 'w', method: 'spend', args: { amounts: [0.5, 0.25, 0.5], as: 'cumulative' }, budget: { usd: 1 } },
    });
    expect((await within.wait()).state).toBe('succeeded');
  });

  it('that measures what is no number has failed', async () => {
    const system = await start({ children: workers() });
    const job = await system.jobs.submit({ queue: 'w', method: 'nan' });
    const record = await job.wait();
    expect([record.state, record.error?.message]).toEqual(['failed', 'model is NaN, which JSON cannot hold']);
  });

  it('is named by what its worker logs, tells and measures', async () => {
    const system = await start({ children: workers() });
    const heard: WorkerMessageFrom[] = [];
    using _ = system.pool('w').observe((message) => void heard.push(message));
    const job = await system.jobs.submit({
      queue: 'w',
      method: 'spend',
      args: { amounts: [1], as: 'gauge' },
      key: 'k',
    });
    await job.result();
    const ctx = { job: job.id, attempt: 1, epoch: 1, key: 'k', runId: system.runId };
    expect(heard).toMatchObject([
      { t: 'metric', name: 'model', value: 1, as: 'gauge', unit: 'usd', labels: { tier: 'x' }, ctx },
      { t: 'log', msg: 'spent', ctx },
      { t: 'event', name: 'spent', d: { amounts: [1] }, ctx },
    ]);
  });
});
