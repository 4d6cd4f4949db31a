import { describe, expect, test } from 'vitest';
import { expectAccessible, hasBrowser } from './browser.js';
import { Demo, installedWithBrowser } from './demo.js';

describe.skipIf(!hasBrowser)('death, as the page shows it', () => {
  const own = installedWithBrowser();

  test('a worker killed from outside: who, how, and what it wrote last', async () => {
    await using demo = await Demo.start(own.installed);
    const page = await own.browser.page(demo.at('#/tree?find=web&at=/web/worker'));
    const panel = page.getByRole('region', { name: 'Actor /web/worker' });
    const pid = page.locator('[data-key="/web/worker"] .col-pid', { hasText: /^\d+$/ });
    const first = Number(await pid.textContent());
    process.kill(first, 'SIGKILL');
    const exit = panel.locator('details.exit', { hasText: `pid ${first}` });
    await exit.locator('code', { hasText: 'SIGKILL' }).waitFor();
    await exit.getByRole('log', { name: 'stderr' }).getByText('serving plain HTTP').waitFor();
    await expect.poll(async () => Number(await pid.textContent()), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(Number(await pid.textContent())).not.toBe(first);
    await expectAccessible(page);
  });

  test('a system that is stopped says so; its last state stays to be read', async () => {
    const demo = await Demo.start(own.installed);
    const page = await own.browser.page(demo.at('#/tree?find=web'));
    await page.locator('[data-key="/web/worker"]').waitFor();
    await demo.end('SIGTERM');
    await page.getByRole('alert').getByText('The system has ended').waitFor();
    await page.locator('[data-key="/web"]').waitFor();
    await expectAccessible(page);
  });

  test('a host that is killed: the page says that it is disconnected, and goes on trying', async () => {
    const demo = await Demo.start(own.installed);
    const page = await own.browser.page(demo.at('#/tree?find=web'));
    await page.locator('[data-key="/web/worker"]').waitFor();
    await demo.end('SIGKILL');
    await page.getByRole('alert').getByText('Disconnected').waitFor();
    await page.getByText('What you see is from before').waitFor();
    await expectAccessible(page);
    // A refused connection is reported by the browser itself, whatever the page does.
    for (const complaint of own.browser.takeComplaints()) expect(complaint).toMatch(/ERR_CONNECTION_(REFUSED|RESET)/);
    await page.goto('about:blank');
    own.browser.takeComplaints();
  });
});
