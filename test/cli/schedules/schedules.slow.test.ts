import { join } from 'node:path';
import { createSystem } from 'espalier';
import { expect, it } from 'vitest';
import { espalierHere, newFolder } from '../espalier.js';

const JOB_ID = /^job-[0-9a-z]+-[0-9a-f]{16}\n$/;

/** A store with a schedule, whose host has stopped. */
async function stored(): Promise<(...args: string[]) => ReturnType<typeof espalierHere>> {
  const folder = newFolder();
  const store = join(folder, 's.db');
  await using system = await createSystem({ name: 'app', store, serveJobs: false });
  await system.schedules.set('nightly', {
    cron: '30 2 * * *',
    timezone: 'Europe/Berlin',
    job: { queue: 'mail', method: 'send' },
  });
  return (...args) => espalierHere(folder, ['schedules', ...args, '--db', store]);
}

it('schedules are listed, shown, paused, resumed and run from any process', async () => {
  const schedules = await stored();
  const list = await schedules();
  expect(list.stdout).toMatch(/^SCHEDULE +STATE .*\nnightly +active +30 2 \* \* \* Europe\/Berlin +20\d\d-.* +mail\n$/);
  expect((await schedules('list')).stdout).toBe(list.stdout);
  expect(await schedules('pause', 'nightly')).toMatchObject({ code: 0, stdout: 'schedule nightly is paused\n' });
  expect(await schedules('pause', 'nightly')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('schedule nightly is not active'),
  });
  const made = await schedules('run', 'nightly');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(JOB_ID) });
  expect(await schedules('run', 'nightly')).toMatchObject({ code: 1, stdout: 'skipped: overlap, by hand\n' });
  expect((await schedules('resume', 'nightly')).stdout).toBe('schedule nightly goes on\n');
  const shown = (await schedules('show', 'nightly')).stdout;
  expect(shown).toContain('job        send of mail\n');
  expect(shown).toMatch(/skipped: overlap, by hand\n.* queued, by hand +job-.*\n$/);
  const record = JSON.parse((await schedules('show', 'nightly', '--json')).stdout);
  expect(record).toMatchObject({
    name: 'nightly',
    state: 'active',
    history: [{ skipped: 'overlap' }, { byHand: true }],
  });
});

it('a schedule that is not there is said so', async () => {
  const schedules = await stored();
  for (const what of ['show', 'pause', 'resume', 'run']) {
    expect(await schedules(what, 'daily')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no schedule "daily"'),
    });
  }
});
