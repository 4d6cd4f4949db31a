import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, hasBrowser } from './browser.js';
import { Demo, Installed } from './demo.js';
import { Wire } from './wire.js';

describe.skipIf(!hasBrowser)('the page behind a bad wire', () => {
  let installed: Installed;

  beforeAll(() => {
    installed = new Installed();
  }, 120_000);

  afterAll(() => installed?.[Symbol.dispose]());

  test('a cut wire: it says so, comes back by itself, and no event is missing or there twice', async () => {
    await using demo = await Demo.start(installed);
    await using wire = await Wire.to(Number(new URL(demo.url).port));
    await using browser = await Browser.open(wire.port);
    const page = await browser.page(demo.at('#/timeline'));
    await newest(page);
    for (let times = 0; times < 2; times += 1) {
      const before = await newest(page);
      wire.cut();
      await page.getByRole('alert').getByText('Disconnected').waitFor();
      await happened(installed, demo, before + 20);
      wire.mend();
      await page.getByText('live', { exact: true }).waitFor();
      await expect.poll(() => newest(page), { timeout: 60_000 }).toBeGreaterThanOrEqual(before + 20);
    }
    await expectWhole(page, installed, demo);
    for (const complaint of browser.takeComplaints()) expect(complaint).toMatch(/ERR_|WebSocket connection/);
  });

  test('a blocked wire: what was held up arrives, in order and once', async () => {
    await using demo = await Demo.start(installed);
    await using wire = await Wire.to(Number(new URL(demo.url).port));
    await using browser = await Browser.open(wire.port);
    const page = await browser.page(demo.at('#/timeline'));
    const before = await newest(page);
    wire.block();
    await happened(installed, demo, before + 60);
    wire.flow();
    await expect.poll(() => newest(page), { timeout: 60_000 }).toBeGreaterThanOrEqual(before + 60);
    await expectWhole(page, installed, demo);
    for (const complaint of browser.takeComplaints()) expect(complaint).toMatch(/ERR_|WebSocket connection/);
  });
});

/** The number of the newest event in the list, once there is one. */
async function newest(page: Page): Promise<number> {
  return Number(await page.locator('.grid-timeline .grid-body .col-seq').first().textContent());
}

/** Waits until so many events are in the journal. */
async function happened(installed: Installed, demo: Demo, seq: number): Promise<void> {
  await expect
    .poll(() => installed.events(demo.db).at(-1)?.seq ?? 0, { timeout: 60_000, interval: 500 })
    .toBeGreaterThanOrEqual(seq);
}

/** Reads the list from top to bottom and holds it against the journal: the same events, each once, without a hole. */
async function expectWhole(page: Page, installed: Installed, demo: Demo): Promise<void> {
  const seen = await page.evaluate<number[]>(READ_ALL);
  const journal = installed.events(demo.db).map(({ seq }) => seq);
  const [first = 0, last = 0] = [seen.at(-1), seen[0]];
  expect(seen.toReversed()).toEqual(journal.filter((seq) => seq >= first && seq <= last));
  expect(seen.length).toBeGreaterThan(60);
}

/** The list holds still while it is scrolled, so that each row is met in its place. */
const READ_ALL = `(async () => {
  const grid = document.querySelector('.grid-timeline');
  const seen = new Map();
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  for (let top = 1; ; top += 300) {
    grid.scrollTop = top;
    await frame();
    for (const row of grid.querySelectorAll('.grid-body .grid-row'))
      seen.set(Number(row.getAttribute('aria-rowindex')), Number(row.querySelector('.col-seq').textContent));
    if (grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1) break;
  }
  return [...seen].sort(([a], [b]) => a - b).map(([, seq]) => seq);
})()`;
