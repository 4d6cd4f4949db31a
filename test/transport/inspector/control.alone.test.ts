import { describe, expect, test } from 'vitest';
import { expectAccessible, hasBrowser } from './browser.js';
import { Demo, installedWithBrowser } from './demo.js';

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
  const own = installedWithBrowser();

  test('is not offered where it is not allowed, and refused by the server', async () => {
    await using demo = await Demo.start(own.installed);
    const page = await own.browser.page(demo.at('#/tree?find=web&at=/web/worker'));
    const pid = page.locator('[data-key="/web/worker"] .col-pid', { hasText: /^\d+$/ });
    await page.getByText('read-only').waitFor();
    await page.getByRole('region', { name: 'Actor /web/worker' }).getByText('Life', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Kill' }).count()).toBe(0);
    const before = await pid.textContent();
    expect(await page.evaluate(FORBIDDEN)).toBe('read_only');
    expect(await pid.textContent()).toBe(before);
  });

  test('is done after a confirmation, and not without', async () => {
    await using demo = await Demo.start(own.installed, '--control');
    const page = await own.browser.page(demo.at('#/tree?find=lighthouse&at=/shop/lighthouse'));
    const life = (of: number) => page.locator('[data-key="/shop/lighthouse"] .col-life', { hasText: `${of}` });
    await life(1).waitFor();
    await page.getByRole('button', { name: 'Kill' }).click();
    const question = page.getByRole('dialog', { name: 'Kill /shop/lighthouse?' });
    await question.waitFor();
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    await life(1).waitFor();
    await page.getByRole('button', { name: 'Kill' }).click();
    await question.getByRole('button', { name: 'Kill' }).click();
    await page.getByText('Done: Kill /shop/lighthouse').waitFor();
    await life(2).waitFor();
    const panel = page.getByRole('region', { name: 'Actor /shop/lighthouse' });
    await panel.locator('details.exit', { hasText: /killed.*life 1/ }).waitFor();
  });

  test('resumes a paused run, and pauses it again', async () => {
    await using demo = await Demo.start(own.installed, '--control');
    const page = await own.browser.page(demo.at('#/runs?find=archive'));
    const status = (word: string) => page.locator('.grid-runs .col-status', { hasText: word });
    await page.getByRole('row', { name: /archive/ }).click();
    // The demonstration pauses it by itself, a few seconds after it was begun.
    await status('paused').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await status('running').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await status('paused').waitFor();
  });
});
