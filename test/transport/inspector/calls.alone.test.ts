import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystem, pool, type Run, type System } from 'espalier';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { soon } from '../../support/soon.js';
import { keptFolder } from '../../system/support/support.js';
import { stuck } from '../../system/support/workers.js';
import { Browser, expectAccessible, hasBrowser } from './browser.js';

describe.skipIf(!hasBrowser)('the page of a run over workers', () => {
  const [folder, remove] = keptFolder();
  const mark = (name: string) => join(folder, name);
  let system: System;
  let run: Run;
  let browser: Browser;

  beforeAll(async () => {
    const children = [pool({ id: 'w', command: [...stuck.python], size: 3 })];
    system = await createSystem({ name: 'calls', store: mark('calls.db'), inspector: { port: 0 }, children });
    browser = await Browser.open();
    await system.pool('w').ready();
    const slots = ['quick', 'broken', 'held'].map((behaviour) => ({ mark: mark(behaviour), behaviour }));
    run = await system.runs.start({ pool: 'w', method: 'work', slots, concurrency: 3, name: 'embedded' });
  }, 120_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await system?.stop();
    remove();
  });

  const at = (hash: string) => `${system.inspector?.url}${hash}`;
  const pidOf = (name: string) => readFileSync(mark(name), 'utf8').trim();

  test('says what is called, what each call answered or failed with, and no output that there is not', async () => {
    const page = await browser.page(at(`#/runs?at=${run.id}`));
    const panel = page.getByRole('region', { name: `Run ${run.id}` });
    await panel.locator('.facts div', { hasText: 'Calls' }).getByText('work', { exact: true }).waitFor();
    await panel.getByRole('group', { name: 'Commit cursor at slot 2 of 3; 1 running' }).waitFor();
    const row = (text: RegExp) => panel.locator('details', { hasText: text }).first();
    await row(/failed/)
      .locator('summary')
      .click();
    await row(/failed/)
      .getByText(/^The call of work for slot \S+ failed: it does not work/)
      .waitFor();
    await row(/succeeded/)
      .locator('summary')
      .click();
    await row(/succeeded/)
      .locator('code', { hasText: new RegExp(`^${pidOf('quick')}$`) })
      .waitFor();
    await row(/succeeded/)
      .getByText('nothing is wrong with it')
      .waitFor();
    expect(await panel.getByRole('heading', { name: 'Output' }).count()).toBe(0);
    expect(await panel.textContent()).not.toMatch(/program|no output/i);
    await expectAccessible(page);
  });

  test('says of a slot that runs which worker has it, leads to its process, and then to its answer', async () => {
    const page = await browser.page(at(`#/runs?at=${run.id}:2`));
    const panel = page.getByRole('region', { name: `Slot ${run.id}:2` });
    await vi.waitFor(() => expect(pidOf('held')).toMatch(/^\d+$/), soon);
    const pid = pidOf('held');
    await panel.locator('.lead', { hasText: 'running' }).waitFor();
    const story = new RegExp(`/w/workers/\\d+/worker \\(pid ${pid}\\) has its call of work`);
    await panel.getByText(story).waitFor();
    await expectAccessible(page);
    await panel.getByRole('link', { name: 'processes' }).click();
    await page.getByRole('row', { name: new RegExp(`^${pid} live`) }).waitFor();
    await page.goBack();
    writeFileSync(mark('held.go'), '');
    await panel.locator('.lead', { hasText: 'succeeded' }).waitFor();
    await panel.locator('.facts div', { hasText: 'Result' }).getByText(pid, { exact: true }).waitFor();
  });
});
