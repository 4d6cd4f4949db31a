// The inspector's page in Chromium: frames per second, what its main thread does, and how many elements there are.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { temporaryFolder } from '../lib/espalier.js';

const executablePath = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

export const PAGES = [
  { name: 'page, standing still', hash: '#/tree', move: 0 },
  { name: 'page, scrolling', hash: '#/tree', move: 60 },
  { name: 'page, one is open', hash: '#/tree?at=/agents/5000', move: 0 },
  { name: 'page, narrowed by state', hash: '#/tree?find=thinking', move: 0 },
];

/** Opens a browser; `measure(url, { move })` watches a page of it for so long, while `act` is under way. */
export async function openBrowser() {
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing`);
  const profile = temporaryFolder();
  const browser = await chromium.launchPersistentContext(profile.path, {
    executablePath,
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
  });
  return {
    measure: (url, options) => measure(browser, url, options),
    async close() {
      await browser.close();
      profile.remove();
    },
  };
}

async function measure(browser, url, { move, seconds, begin, end }) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('.grid-body .grid-row').nth(20).waitFor({ timeout: 120_000 });
  const debug = await browser.newCDPSession(page);
  await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
  await begin();
  const before = await threadSeconds(debug);
  const frames = await page.evaluate(watchFrames, { ms: seconds * 1000, move });
  const busy = (await threadSeconds(debug)) - before;
  const fared = await end();
  await page.close();
  return { ...frames, busy: busy / seconds, ...fared };
}

/** CPU time of the page's main thread, so that what else the machine does is not counted. */
async function threadSeconds(debug) {
  const { metrics } = await debug.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ThreadTime').value;
}

/** Runs in the page. */
function watchFrames({ ms, move }) {
  return new Promise((resolve) => {
    const grid = document.querySelector('.grid');
    const began = performance.now();
    let frames = 0;
    let last = began;
    let worst = 0;
    let elements = 0;
    const frame = () => {
      const now = performance.now();
      frames += 1;
      worst = Math.max(worst, now - last);
      last = now;
      if (move > 0) grid.scrollTop += move;
      if (frames % 10 === 1) elements = Math.max(elements, document.querySelectorAll('*').length);
      if (now - began < ms) requestAnimationFrame(frame);
      else resolve({ frames: (frames / (now - began)) * 1000, worst, elements });
    };
    requestAnimationFrame(frame);
  });
}
