import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { soon } from '../../support/soon.js';
import { Browser, expectAccessible, hasBrowser } from './browser.js';
import { Demo, Installed } from './demo.js';

/** How long a page on a busy machine may take. */

describe.skipIf(!hasBrowser)('the page of a real system', () => {
  let installed: Installed;
  let demo: Demo;
  let browser: Browser;

  beforeAll(async () => {
    installed = new Installed();
    demo = await Demo.start(installed);
    browser = await Browser.open();
  }, 120_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await demo?.[Symbol.asyncDispose]();
    installed?.[Symbol.dispose]();
  });

  const row = (page: Page, key: string) => page.locator(`[role=row][data-key="${key}"]`);

  test('the tree shows each actor with its state, its life, and its process', async () => {
    const page = await browser.page(demo.at('#/tree?find=web'));
    const worker = row(page, '/web/worker');
    await worker.locator('.col-pid', { hasText: /^\d+$/ }).waitFor();
    await worker.locator('.col-state', { hasText: 'running' }).waitFor();
    await worker.locator('.col-memory', { hasText: /MB/ }).waitFor();
    expect(await worker.getAttribute('aria-level')).toBe('3');
    expect(await page.title()).toContain('demo');
    await expectAccessible(page);
    await page.goto(demo.at('#/tree?find=market'));
    await row(page, '/market')
      .getByLabel(/of 5 restarts left in 10/)
      .waitFor();
    const feed = row(page, '/market/feed').locator('.col-restarts');
    await feed.getByText('the exchange closed the connection').waitFor();
  });

  test('a seat that failed to boot is found by its condition, with the reason', async () => {
    const page = await browser.page(demo.at('#/tree?show=failed'));
    const seat = row(page, '/embed/workers/3');
    await seat.locator('.col-state', { hasText: /failed.*5 boots failed/ }).waitFor({ timeout: 60_000 });
    // Its ancestors stand above it, for the indentation; nothing else does.
    await row(page, '/embed/workers').waitFor();
    expect(await row(page, '/embed/queue').count()).toBe(0);
    await seat.click();
    const panel = page.getByRole('region', { name: 'Actor /embed/workers/3' });
    await panel
      .getByText(/5 boots failed/)
      .first()
      .waitFor();
    expect(page.url()).toContain('at=/embed/workers/3');
  });

  test('the search finds by words; Esc clears it, and Back undoes no letters', async () => {
    const page = await browser.page(demo.url);
    await row(page, '/embed').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('lighthouse');
    await row(page, '/shop/lighthouse').waitFor();
    await expect.poll(() => row(page, '/embed').count(), soon).toBe(0);
    expect(page.url()).toContain('find=lighthouse');
    await page.keyboard.press('Escape');
    await row(page, '/embed').waitFor();
    expect(page.url()).not.toContain('find');
  });

  test('the keyboard alone opens, moves, closes, and shows the help', async () => {
    const page = await browser.page(demo.url);
    await row(page, '/embed').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Actor /embed', exact: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: /^Actor/ }).waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys and signs' });
    await help.waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.keyboard.press('3');
    await page.getByRole('grid', { name: 'Runs' }).waitFor();
  });

  test('a link to a machine shows its statechart with the active states lit, and its context without secrets', async () => {
    const page = await browser.page(demo.at('#/tree?at=/shop/checkout'));
    const panel = page.getByRole('region', { name: 'Actor /shop/checkout' });
    const lit = panel.locator('.chart-state.is-lit > .chart-name b');
    await expect.poll(() => lit.allTextContents(), soon).toContain('basket');
    // Without the page being asked again: it follows the machine's timers.
    await expect.poll(() => lit.allTextContents(), soon).toContain('authorising');
    await panel.getByText('orders').waitFor();
    expect(await panel.textContent()).not.toContain('never shown');
    await expect.poll(() => panel.locator('h3', { hasText: 'Activity' }).count(), soon).toBe(1);
    await expectAccessible(page);
  });

  test('a living worker shows what it writes, and a pool what it does', async () => {
    const page = await browser.page(demo.at('#/tree?at=/web/worker'));
    const panel = page.getByRole('region', { name: 'Actor /web/worker' });
    await panel.locator('h3', { hasText: /Log life \d+, living/ }).waitFor();
    await panel.getByRole('log').getByText('listening').first().waitFor();
    await page.goto(demo.at('#/tree?at=/shell'));
    const pool = page.getByRole('region', { name: 'Actor /shell' });
    await pool.getByRole('img', { name: '6 of 6 serve' }).waitFor();
    await pool.getByRole('img', { name: /of 6 begun/ }).waitFor();
    await pool.getByRole('img', { name: /of 1000 wait/ }).waitFor();
    await row(page, '/shell')
      .locator('.col-state', { hasText: /\d+ at work/ })
      .waitFor();
    await expectAccessible(page);
  });

  test('the timeline shows what happens, filters it, and opens an event', async () => {
    const page = await browser.page(demo.at('#/timeline?types=actor&path=/market'));
    await page
      .getByRole('row', { name: /actor\.crashed/ })
      .first()
      .waitFor();
    const types = page.locator('.grid-body .col-type');
    expect(new Set(await types.allTextContents())).toEqual(new Set([' actor.crashed', ' actor.restarted']));
    await page
      .getByRole('row', { name: /actor\.crashed/ })
      .filter({ hasText: '/market/feed' })
      .first()
      // In a list that moves, a press and its release may meet different rows.
      .dispatchEvent('click');
    await page
      .getByRole('region', { name: /^Event \d+$/ })
      .getByText('the exchange closed the connection')
      // Its stack names it again.
      .first()
      .waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'host' }).click();
    await expect.poll(() => page.url(), soon).toContain('types=actor,host');
  });

  test('a run shows its cursor, the reorder window, and what a slot wrote', async () => {
    const page = await browser.page(demo.at('#/runs'));
    const panel = page.getByRole('region', { name: /^Run / });
    const running = page.getByRole('row', { name: /thumbnails.*running|running.*thumbnails/ }).first();
    // One that has ended meanwhile has no window any more; the next one begins soon.
    await vi.waitFor(async () => {
      await running.dispatchEvent('click', {}, soon);
      await panel.getByText('reorder window of 12').waitFor({ timeout: 5000 });
    }, soon);
    await panel.getByRole('group', { name: /Commit cursor at slot \d+ of 48/ }).waitFor();
    const newest = panel
      .locator('details', { hasText: /failed/ })
      .first()
      .locator('summary b');
    const index = await newest.textContent({ timeout: 60_000 });
    // By its number: the next one that fails comes to stand above it.
    const failed = panel.locator('details', { has: page.locator('summary b', { hasText: new RegExp(`^${index}$`) }) });
    await failed.locator('summary').dispatchEvent('click');
    await failed.getByRole('log', { name: 'stderr' }).getByText('image is truncated').waitFor();
    await expectAccessible(page);
    // A link to it says the same, also where the page begins with it.
    const run = new URL(page.url()).hash.replace('#/runs?at=', '');
    await page.goto('about:blank');
    await page.goto(demo.at(`#/runs?at=${run}:${index}`));
    const slot = page.getByRole('region', { name: `Slot ${run}:${index}` });
    await slot.locator('.lead', { hasText: 'failed' }).waitFor();
    await slot.getByText('Attempts', { exact: true }).waitFor();
  });

  test('the processes are listed with their owners; one that is gone with its exit', async () => {
    const page = await browser.page(demo.at('#/processes'));
    await page.getByRole('row', { name: /live.*\/web\/worker/ }).waitFor();
    await page.getByRole('button', { name: /^gone/ }).click();
    await page
      .getByRole('row', { name: /gone code 70/ })
      .first()
      .dispatchEvent('click', {}, soon);
    const panel = page.getByRole('region', { name: /^Process/ });
    await panel.getByText('code 70').waitFor();
    await expectAccessible(page);
    await panel.getByRole('link', { name: /\/vision\/workers/ }).click();
    await page.getByRole('region', { name: /^Actor \/vision\/workers/ }).waitFor();
  });

  test('light and dark follow the system until the switch is used, which is remembered', async () => {
    const page = await browser.page(demo.url);
    const scheme = () => page.locator('html').getAttribute('data-scheme');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(scheme, soon).toBe('dark');
    await page.getByRole('button', { name: 'Switch to light' }).click();
    await expect.poll(scheme, soon).toBe('light');
    await page.reload();
    await expect.poll(scheme, soon).toBe('light');
    // What the system wants anyway is no choice: from here on it is followed again.
    await page.keyboard.press('t');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(scheme, soon).toBe('light');
  });

  test('a narrow screen shows one thing at a time, and nothing beyond its edge', async () => {
    const page = await browser.page(demo.at('#/tree?at=/web/worker'));
    await page.setViewportSize({ width: 480, height: 800 });
    await page.getByRole('region', { name: 'Actor /web/worker' }).waitFor();
    expect(await page.getByRole('treegrid').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await page.getByRole('treegrid').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(480);
  });

  test('what does not exist is said, not shown as empty', async () => {
    const page = await browser.page(demo.at('#/tree?at=/no/such'));
    await page.getByText('No such actor').waitFor();
    await page.goto(demo.at('#/runs?at=none'));
    await page.getByText('No such run').waitFor();
    await page.goto(demo.at('#/tree?find=nobodyiscalledthis'));
    await page.getByText('Nothing fits').waitFor();
    await expectAccessible(page);
  });
});
