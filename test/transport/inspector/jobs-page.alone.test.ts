import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as espalier from '../../../src/index.js';
import { soon } from '../../support/soon.js';
import { Browser, expectAccessible, hasBrowser } from './browser.js';

const built = new URL('../../../dist/index.js', import.meta.url).href;
const { createSystem, pool }: typeof espalier = await import(built);

const SCRIPT = 'echo begun; [ "$1" = bad ] && exit 3; echo done';

/** A system whose pool runs the jobs of its queue, with the inspector and control, and a browser. */
async function world() {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-jobs-page-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const system = await createSystem({
    name: 'app',
    store: join(folder, 'app.db'),
    inspector: { port: 0, control: true },
    children: [pool({ id: 'shell', mode: 'exec', size: 1, command: ['sh', '-c', SCRIPT, 'sh', '{.how}'] })],
  });
  onTestFinished(() => system.stop());
  const browser = await Browser.open();
  onTestFinished(() => browser[Symbol.asyncDispose]());
  const at = (hash: string) => `${system.inspector?.url}${hash}`;
  return { system, browser, at };
}

describe.skipIf(!hasBrowser)('jobs and schedules on the page', () => {
  test('a queue, its jobs and a job are shown as they are, and can be steered', async () => {
    const { system, browser, at } = await world();
    const good = await system.jobs.submit({ queue: '/shell', input: { how: 'good' }, meta: { customer: 'ada' } });
    await good.result();
    const child = await system.jobs.submit({ queue: 'nobody', input: { how: 'asked' } });
    await child.ask('deploy', 'May it be deployed?');
    const page = await browser.page(at('#/jobs'));
    const queues = page.getByRole('region', { name: 'Queues' });
    await queues.getByRole('link', { name: '1 succeeded' }).waitFor();
    const jobs = page.getByRole('grid', { name: 'Jobs' });
    await jobs.getByText(child.id).waitFor();
    await expectAccessible(page);
    await page.getByRole('searchbox').fill('meta:customer=ada');
    await expect.poll(() => jobs.getByText(child.id).count(), soon).toBe(0);
    await jobs.getByText(good.id).click();
    const panel = page.getByRole('region', { name: `Job ${good.id}` });
    await panel.getByText('Attempt 1: succeeded').waitFor();
    await panel.getByRole('log', { name: 'stdout' }).getByText('done').waitFor();
    await expectAccessible(page);
    await panel.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('status').getByText('Done: Retry').waitFor();
    await expect.poll(async () => (await system.jobs.list({ queue: '/shell' })).length, soon).toBe(2);
  });

  test('a question is answered, and a job cancelled', async () => {
    const { system, browser, at } = await world();
    const job = await system.jobs.submit({ queue: 'nobody', input: { how: 'asked' } });
    await job.ask('deploy', 'May it be deployed?');
    const page = await browser.page(at(`#/jobs?at=${job.id}`));
    const panel = page.getByRole('region', { name: `Job ${job.id}` });
    await panel.getByText('May it be deployed?').waitFor();
    const box = panel.getByRole('textbox', { name: /Answer to deploy/ });
    await box.fill('{"approved": true}');
    await expectAccessible(page);
    await box.press('Enter');
    await panel.getByText('answered').waitFor();
    expect(await job.questions()).toMatchObject([{ id: 'deploy', answer: { approved: true } }]);
    await panel.getByRole('button', { name: 'Cancel job' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel job' }).click();
    await panel.locator('.lead b', { hasText: 'cancelled' }).waitFor();
    expect(await job.state()).toBe('cancelled');
  });

  test('a schedule tells when it comes and came, and is paused and resumed', async () => {
    const { system, browser, at } = await world();
    await system.schedules.set('nightly', { cron: '0 3 * * *', job: { queue: '/shell', input: { how: 'good' } } });
    await system.schedules.runNow('nightly');
    const page = await browser.page(at('#/schedules?at=nightly'));
    const panel = page.getByRole('region', { name: 'Schedule nightly' });
    await panel.getByText('by hand').waitFor();
    await page.getByRole('grid', { name: 'Schedules' }).getByText('0 3 * * * (UTC)').waitFor();
    await expectAccessible(page);
    await panel.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await panel.getByRole('button', { name: 'Resume' }).waitFor();
    expect((await system.schedules.get('nightly'))?.state).toBe('paused');
  });
});
