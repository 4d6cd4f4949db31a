import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, expectAccessible, hasBrowser } from './browser.js';
import { openDoors, TOKEN } from './doors.js';
import { FakeHost } from './fake-host.js';

const built = fileURLToPath(new URL('../../../dist/inspector', import.meta.url));

/** So many that the whole of them is on its way for some seconds. */
const MANY = 20_000;

function hostOf(count: number, name: string): FakeHost {
  const host = new FakeHost();
  for (let i = 0; i < count; i += 1) host.see(`/${name}${String(i).padStart(5, '0')}`, 'idle');
  return host;
}

describe.skipIf(!hasBrowser)('the page in trouble', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await Browser.open();
  });

  afterAll(() => browser?.[Symbol.asyncDispose]());

  const address = (port: number, token = TOKEN) => `http://127.0.0.1:${port}/?token=${token}`;
  const row = (page: Page, key: string) => page.locator(`[role=row][data-key="${key}"]`);

  test('opened with a wrong token it says so in words, in both schemes, and shows nothing', async () => {
    const { port } = await openDoors({ page: built, host: hostOf(1, 'secret') });
    for (const url of [address(port, 'wrong'), `http://127.0.0.1:${port}/`]) {
      const page = await browser.page(url);
      await page.getByRole('heading', { name: 'Not allowed in' }).waitFor();
      await page.getByText('The token is missing or wrong').waitFor();
      expect(await page.content()).not.toContain('secret');
      await leave(browser, page, /401/);
    }
  });

  test('whose token has become a wrong one says so, and keeps what it knew', async () => {
    const first = await openDoors({ page: built, host: hostOf(3, 'a') });
    const page = await browser.page(address(first.port));
    await row(page, '/a00000').waitFor();
    await first.server.close();
    await openDoors({ page: built, host: hostOf(3, 'b'), port: first.port, token: `${TOKEN}-of-the-next` });
    const alert = page.getByRole('alert').getByText('Not allowed in.');
    await alert.waitFor();
    await row(page, '/a00000').waitFor();
    expect(await row(page, '/b00000').count()).toBe(0);
    await expectAccessible(page);
    await leave(browser, page, /401|WebSocket|ERR_/);
  });

  test('that comes back to another incarnation resyncs, says so meanwhile, and is right afterwards', async () => {
    const first = await openDoors({ page: built, host: hostOf(50, 'old') });
    const page = await browser.page(address(first.port));
    await row(page, '/old00000').waitFor();
    await first.server.close();
    const next = await openDoors({ page: built, host: hostOf(MANY, 'new'), port: first.port });
    await page.getByRole('alert').getByText('Resyncing.').waitFor();
    // What happens while the pieces pass is not lost.
    next.host.see('/new00000', 'touched', 2);
    await page.getByRole('alert').getByText('Resyncing.').waitFor({ state: 'detached' });
    await row(page, '/new00000').locator('.col-state', { hasText: 'touched' }).waitFor();
    expect(await row(page, '/old00000').count()).toBe(0);
    // The rest comes in pieces.
    const rows = () => page.getByRole('treegrid').getAttribute('aria-rowcount');
    await expect.poll(rows, { timeout: 60_000 }).toBe(`${MANY + 1}`);
    await leave(browser, page, /WebSocket|ERR_/);
  });
});

/** Closes the page before its server goes. A browser reports what was refused by itself; nothing else may be wrong. */
async function leave(browser: Browser, page: Page, known: RegExp): Promise<void> {
  await page.close();
  for (const complaint of browser.takeComplaints()) expect(complaint).toMatch(known);
}
