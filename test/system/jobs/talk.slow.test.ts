import { fileURLToPath } from 'node:url';
import { type Job, openJobs, type System } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { JobHost } from '../support/job-host.js';
import { folder, Marks, outcome, shells, start } from '../support/support.js';

/** The command line, as a program of a job calls it. */
const espalier = `${process.execPath} ${fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))}`;

/** Resolves once it waits. */
async function suspended(system: System, { id }: Job): Promise<void> {
  await untilEvent(system, ({ type, ctx }) => type === 'job.waiting' && ctx?.job === id, { timeout: 60_000 });
}

describe('a program of a job', () => {
  it('asks and ends, its host is killed, another process answers, and the next attempt has the answer', async () => {
    const store = `${folder()}/s.db`;
    const system = await start({ store, children: [shells()], serveJobs: false });
    const first = await JobHost.start(store);
    const script = `answer=$(${espalier} ask deploy "May I?") || exit 0; echo "it says $answer"`;
    const job = await system.jobs.submit({ queue: 'shell', input: script });
    await suspended(system, job);
    await first.kill();
    expect(await job.questions()).toMatchObject([{ id: 'deploy', question: 'May I?', attempt: 1, suspends: true }]);
    const second = await JobHost.start(store);
    await using opened = await openJobs(store);
    expect(await opened.jobs.answer(job.id, 'deploy', 'yes')).toBe(true);
    expect(await opened.jobs.answer(job.id, 'deploy', 'yes')).toBe(false);
    expect(await outcome(() => opened.jobs.answer(job.id, 'deploy', 'no'))).toBe('ESP_ANSWERED');
    await job.result();
    expect(await job.output()).toMatchObject({ stdout: 'it says yes\n', attempt: 2 });
    const states = (await job.attempts()).map(({ state, owner }) => [state, owner]);
    expect(states).toEqual([
      ['suspended', first.runId],
      ['succeeded', second.runId],
    ]);
    await second.stop();
  });

  it('that stops at the first error waits as well, by the exit code that the question ends with', async () => {
    const system = await start({ children: [shells()] });
    const script = `set -e; answer=$(${espalier} ask go '{"choices":["a","b"]}'); echo "$answer"`;
    const job = await system.jobs.submit({ queue: 'shell', input: script });
    await suspended(system, job);
    expect((await job.attempts()).map(({ state, exit }) => [state, exit?.code])).toEqual([['suspended', 75]]);
    await system.jobs.answer(job.id, 'go', { choice: 'a' });
    await job.result();
    expect(await job.output()).toMatchObject({ stdout: '{"choice":"a"}\n' });
  });

  it('keeps its place while it waits for the answer itself', async () => {
    const system = await start({ children: [shells()] });
    const marks = new Marks();
    const script = `${marks.mark('on')}; ${espalier} ask go "Go?" --wait`;
    const job = await system.jobs.submit({ queue: 'shell', input: script });
    await marks.pid('on');
    await system.jobs.answer(job.id, 'go', 'on');
    await job.result();
    expect(await job.output()).toMatchObject({ stdout: 'on\n', attempt: 1 });
  });

  it('knows who it is, notes how far it has come, and leaves a checkpoint to the next attempt', async () => {
    const system = await start({ name: 'app', children: [shells()] });
    const script = `if [ "$ESPALIER_ATTEMPT" = 1 ]; then
      ${espalier} progress 3 7 --note half; ${espalier} checkpoint '{"page":3}'; exit 1
    fi
    echo "$ESPALIER_JOB $ESPALIER_KEY $ESPALIER_EPOCH [$ESPALIER_RUN$ESPALIER_PARENT]"; ${espalier} context`;
    const backoff = { initialMs: 1, jitter: 0 };
    const job = await system.jobs.submit({
      queue: 'shell',
      input: script,
      key: 'k',
      retries: { attempts: 2, backoff },
    });
    await job.result();
    expect(await job.progress()).toEqual({ done: 3, total: 7, note: 'half' });
    const [words, context] = ((await job.output())?.stdout ?? '').split('\n');
    expect(words).toBe(`${job.id} k 2 []`);
    expect(JSON.parse(context ?? '')).toMatchObject({ key: 'k', checkpoint: { page: 3 }, answers: {}, results: [] });
  });

  it('waits for twenty children in a pool of one place, and none of them starves', async () => {
    const system = await start({ children: [shells({ size: 1 })] });
    const program = fileURLToPath(new URL('../fixtures/parent-program.mjs', import.meta.url));
    const script = `${process.execPath} ${program}`;
    const parent = await system.jobs.submit({ queue: 'shell', input: script });
    await parent.result();
    const { children, awaits } = await parent.story();
    expect(children).toHaveLength(20);
    expect(new Set(children.map(({ state }) => state))).toEqual(new Set(['succeeded']));
    expect(awaits).toHaveLength(20);
    const results: unknown[] = JSON.parse((await parent.output())?.stdout ?? '');
    expect(results).toHaveLength(20);
    expect((await parent.attempts()).map(({ state }) => state)).toEqual(['suspended', 'succeeded']);
  });

  it('submits below its job without being told, and what it waits for is met by its next attempt', async () => {
    const system = await start({ children: [shells({ size: 1 })] });
    const script = `set -e; child=$(${espalier} submit --queue test:/shell --key c --key-for ever "echo child")
      ${espalier} wait "$child"`;
    const parent = await system.jobs.submit({ queue: 'shell', input: script });
    await parent.result();
    const [child] = await system.jobs.list({ parent: parent.id });
    expect(child).toMatchObject({ key: 'c', state: 'succeeded' });
    expect((await parent.attempts()).map(({ state, exit }) => [state, exit?.code])).toEqual([
      ['suspended', 75],
      ['succeeded', 0],
    ]);
    expect(JSON.parse((await parent.output())?.stdout ?? '')).toMatchObject({
      jobId: child?.jobId,
      state: 'succeeded',
    });
  });

  it('of a slot cannot wait, and is told so', async () => {
    const system = await start({ children: [shells()] });
    const script = `echo "$ESPALIER_RUN $ESPALIER_INDEX"; ${espalier} ask go "Go?"`;
    const run = await system.runs.start({ pool: 'shell', slots: [script], concurrency: 1 });
    for await (const row of run.committed()) {
      expect(row).toMatchObject({ status: 'failed', output: { stdout: `${run.id} 0\n`, exitCode: 2 } });
    }
  });
});
