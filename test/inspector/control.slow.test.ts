import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, expectAccessible, hasBrowser } from './browser.js';
import { Demo, Installed } from './demo.js';

/** Says what the page itself would never say, on a connection of its own. */
const FORBIDDEN = `new Promise((resolve) => {
  const socket = new WebSocket(new URL('ws', location.href).href.replace('http', 'ws'));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'hello')
      socket.send(JSON.stringify({ type: 'control', id: 7, control: { type: 'actor.kill', path: '/web/worker' } }));
    if (message.id === 7) resolve(message.code);
  };
})`;

describe.skipIf(!hasBrowser)('changing things from the page', () => {
  let installed: Installed;
  let browser: Browser;

  beforeAll(async () => {
    installed = new Installed();
    browser = await Browser.open();
  }, 120_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    installed?.[Symbol.dispose]();
  });

  test('is not offered where it is not allowed, and refused by the server', async () => {
    await using demo = await Demo.start(installed);
    const page = await browser.page(demo.at('#/tree?at=/web/worker'));
    await page.getByText('read-only').waitFor();
    await page.getByRole('region', { name: 'Actor /web/worker' }).getByText('Shutdown').waitFor();
    expect(await page.getByRole('button', { name: 'Kill' }).count()).toBe(0);
    const pid = await page.locator('[data-key="/web/worker"] .col-pid').textContent();
    expect(await page.evaluate(FORBIDDEN)).toBe('read_only');
    expect(await page.locator('[data-key="/web/worker"] .col-pid').textContent()).toBe(pid);
  });

  test('is done after a confirmation, and not without', async () => {
    await using demo = await Demo.start(installed, '--control');
    const page = await browser.page(demo.at('#/tree?at=/shop/lighthouse'));
    const life = page.locator('[data-key="/shop/lighthouse"] .col-life');
    await life.getByText('1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Kill' }).click();
    const question = page.getByRole('dialog', { name: 'Kill /shop/lighthouse?' });
    await question.waitFor();
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await life.textContent()).toBe('1');
    await page.getByRole('button', { name: 'Kill' }).click();
    await question.getByRole('button', { name: 'Kill' }).click();
    await page.getByRole('status').getByText('Done: Kill /shop/lighthouse').waitFor();
    await life.getByText('2', { exact: true }).waitFor();
    await page
      .getByRole('region', { name: /lighthouse/ })
      .locator('details.exit')
      .getByText('killed')
      .first()
      .waitFor();
  });

  test('pauses a run and resumes it', async () => {
    await using demo = await Demo.start(installed, '--control');
    const page = await browser.page(demo.at('#/runs'));
    const run = page.getByRole('row', { name: /thumbnails/ });
    await run.click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await run.getByText('paused').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await run.getByText('running').waitFor();
  });
});
