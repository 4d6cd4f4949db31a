import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Job, type Jobs, openJobs, openReader, type System } from 'espalier';
import { describe, expect, it, vi } from 'vitest';
import { SmallDisk } from '../../support/small-disk.js';
import { soon } from '../../support/soon.js';
import { lives } from '../../transport/process/support.js';
import { JobHost } from '../support/job-host.js';
import { create, Marks, outcome, remains, shells, start } from '../support/support.js';

/** Three jobs for a host with one place: one that runs in it until its gate is open, and two that wait for that place. */
async function threeJobs(to: Pick<Jobs, 'submitMany'>, queue: string) {
  const marks = new Marks();
  const times = join(marks.folder, 'times');
  const inputs = [`echo a >> ${times}; ${marks.mark('on')}; ${marks.gate('go')}; echo done`];
  inputs.push(`echo b >> ${times}`, `echo c >> ${times}`);
  const jobs = await to.submitMany(inputs.map((input) => ({ queue, input })));
  const pid = await marks.pid('on');
  /** A letter for each execution. */
  const executed = () => readFileSync(times, 'utf8').split('\n').filter(Boolean).sort().join('');
  return { jobs, marks, pid, executed };
}

/** What a host is asked while its store takes nothing. */
async function refusals(system: System, jobs: readonly Job[]): Promise<unknown[]> {
  const submit = () => system.jobs.submit({ queue: 'shell', input: 'exit 7' });
  const asked: readonly (() => unknown)[] = [
    submit,
    () => jobs.at(-1)?.cancel(),
    () => system.queues.pause('shell'),
    () => system.limits.set('l', { concurrency: 1 }),
  ];
  const answers: unknown[] = [];
  for (const ask of asked) answers.push(await outcome(ask));
  return answers;
}

async function allSucceededOnce(jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) await job.result();
  expect(await Promise.all(jobs.map(async (job) => (await job.attempts()).map(({ state }) => state)))).toEqual(
    jobs.map(() => ['succeeded']),
  );
}

function integrity(store: string): unknown {
  const db = new Database(store, { readonly: true });
  try {
    return db.pragma('integrity_check', { simple: true });
  } finally {
    db.close();
  }
}

/** A store in a folder that can be taken away, on a disk that can be filled. */
function place(): { disk: SmallDisk; away: string; store: string } | null {
  const disk = SmallDisk.mount(3 * 1024);
  if (disk === null) return null;
  mkdirSync(join(disk.path, 'kept'));
  return { disk, away: join(disk.path, 'away'), store: join(disk.path, 'kept', 's.db') };
}
type Place = NonNullable<ReturnType<typeof place>>;

/** What keeps a store from being written for a while: with which code, how it begins, and how it ends. */
const FAULTS: readonly (readonly [what: string, code: string, begin: (at: Place) => void, end: (at: Place) => void])[] =
  [
    ['its disk is full', 'ESP_STORE_FULL', ({ disk }) => disk.fill(), ({ disk }) => disk.free()],
    [
      'its folder is gone',
      'ESP_STORE_UNUSABLE',
      ({ disk, away }) => renameSync(join(disk.path, 'kept'), away),
      ({ disk, away }) => renameSync(away, join(disk.path, 'kept')),
    ],
  ];

/** Until it is refused: what was acknowledged before, and with what it was refused. */
async function submitUntilRefused(to: Pick<Jobs, 'submit'>, queue: string): Promise<{ taken: Job[]; code: unknown }> {
  const taken: Job[] = [];
  for (;;) {
    try {
      taken.push(await to.submit({ queue, input: 'true' }));
    } catch (error) {
      return { taken, code: await outcome(() => Promise.reject(error)) };
    }
  }
}

describe.each(FAULTS)('a host that does jobs, while %s', (_, code, begin, end) => {
  it('acknowledges nothing, starts nothing, and lets what runs end; then it goes on with all that was acknowledged, once', async ({
    skip,
  }) => {
    const at = place();
    if (at === null) return skip('this user may not mount a disk');
    const system = await start({ store: at.store, synchronous: 'full', children: [shells({ size: 1 })] });
    const { jobs, marks, pid, executed } = await threeJobs(system.jobs, 'shell');
    begin(at);
    const refused = await submitUntilRefused(system.jobs, 'shell');
    expect(refused.code).toBe(code);
    expect(await refusals(system, jobs)).toEqual([code, code, code, code]);
    expect(lives(pid)).toBe(true);
    marks.open('go');
    await vi.waitFor(() => expect(lives(pid)).toBe(false), soon);
    expect(executed()).toBe('a');
    end(at);
    const all = [...jobs, ...refused.taken];
    await allSucceededOnce(all);
    expect(await jobs[0]?.output()).toMatchObject({ stdout: 'done\n', attempt: 1 });
    expect(executed()).toBe('abc');
    const listed = await system.jobs.list();
    expect(listed.map(({ jobId }) => jobId).sort()).toEqual(all.map(({ id }) => id).sort());
    await system.stop();
    expect(remains(system.runId)).toEqual([]);
    expect(integrity(at.store)).toBe('ok');
  });

  it('leaves no process when it stops meanwhile, and the next host does what was acknowledged', async ({ skip }) => {
    const at = place();
    if (at === null) return skip('this user may not mount a disk');
    const host = await JobHost.start(at.store, { env: { SIZE: '1' } });
    await using client = await openJobs(at.store);
    const { jobs, marks, pid, executed } = await threeJobs(client.jobs, QUEUE);
    begin(at);
    const refused = await submitUntilRefused(client.jobs, QUEUE);
    expect(refused.code).toBe(code);
    await host.stop();
    expect(lives(pid)).toBe(false);
    expect(remains(host.runId)).toEqual([]);
    end(at);
    marks.open('go');
    const next = await JobHost.start(at.store, { env: { SIZE: '1' } });
    for (const job of [...jobs, ...refused.taken]) await job.result();
    // What was at work could not be told to the store: it is executed once more.
    expect(executed()).toBe('aabc');
    expect((await jobs[0]?.attempts())?.map(({ state }) => state)).toEqual(['orphaned', 'succeeded']);
    await next.stop();
    expect(integrity(at.store)).toBe('ok');
  });
});

it.each(FAULTS)('a system that stops while %s is followed by one of the same process', async (_, __, begin, end) => {
  const at = place();
  if (at === null) return;
  const system = await start({ store: at.store, synchronous: 'full', children: [shells({ size: 1 })] });
  const { jobs, marks, executed } = await threeJobs(system.jobs, 'shell');
  begin(at);
  await system.stop();
  end(at);
  marks.open('go');
  const next = await start({ store: at.store, synchronous: 'full', children: [shells({ size: 1 })] });
  for (const { id } of jobs) await next.jobs.get(id).result();
  expect(executed()).toBe('aabc');
  await next.stop();
});

/** Of the hosts of the fixture. */
const QUEUE = 'test:/shell';

describe('a store of jobs that is read-only', () => {
  it('is refused with its reason by those who would write, read all the same, and taken up once it can be written', async ({
    skip,
  }) => {
    const at = place();
    if (at === null) return skip('this user may not mount a disk');
    const first = await create({ store: at.store, children: [shells()], serveJobs: false });
    const job = await first.jobs.submit({ queue: 'shell', input: 'echo done' });
    await first.stop();
    at.disk.setReadOnly(true);
    try {
      const options = { store: at.store, children: [shells()] };
      expect(await outcome(() => create(options))).toBe('ESP_STORE_UNUSABLE');
      expect(await outcome(() => openJobs(at.store))).toBe('ESP_STORE_UNUSABLE');
      await using reader = await openReader(at.store);
      expect(await reader.jobs.get(job.id)).toMatchObject({ state: 'queued' });
    } finally {
      at.disk.setReadOnly(false);
    }
    const next = await start({ store: at.store, children: [shells()] });
    await next.jobs.get(job.id).result();
  });
});
