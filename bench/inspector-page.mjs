// The inspector's page before a large and lively tree, in Chromium: frames per second, what a frame costs, and how many
// elements there are; standing still, scrolling, and narrowed to what changes.
//
//   npm run bench -- inspector-page [--actors 10000] [--changes 2000] [--seconds 10]
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { startContender } from './lib/contender.js';
import { temporaryFolder } from './lib/espalier.js';
import { readOptions } from './lib/options.js';
import { table } from './lib/stats.js';

const { actors, changes, seconds } = readOptions({ actors: 10_000, changes: 2000, seconds: 10 });
const executablePath = '/usr/bin/chromium';
if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing`);

/** How many elements may stand in the page, whatever the size of the tree. */
const MOST_ELEMENTS = 2000;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const WAYS = [
  { name: 'standing still', hash: '#/tree', move: 0 },
  { name: 'scrolling', hash: '#/tree', move: 60 },
  { name: 'one is open', hash: '#/tree?at=/agents/5000', move: 0 },
  { name: 'narrowed by state', hash: '#/tree?find=thinking', move: 0 },
];

const host = await startContender(new URL('./inspector-page/host.js', import.meta.url), [
  String(actors),
  String(changes),
]);
const profile = temporaryFolder();
const browser = await chromium.launchPersistentContext(profile.path, {
  executablePath,
  headless: true,
  args: FLAGS,
  viewport: { width: 1440, height: 900 },
});
try {
  const address = await host.ask('address');
  const results = [];
  for (const way of WAYS) results.push(await measure(address, way));
  console.log(`${actors} actors, ${changes} changes a second, 1440 × 900, ${seconds} s each\n`);
  const head = [
    'page',
    'frames/s',
    'worst frame',
    'main thread',
    'elements',
    'changes/s',
    'host cpu',
    'host p99',
    'host max',
  ];
  console.log(table([head, ...results.map(describe)]));
  const most = Math.max(...results.map(({ elements }) => elements));
  if (most > MOST_ELEMENTS) throw new Error(`${most} elements; at most ${MOST_ELEMENTS}`);
} finally {
  await browser.close();
  await host.stop();
  await rm(profile.path, { recursive: true, force: true });
}

async function measure(address, { name, hash, move }) {
  const page = await browser.newPage();
  await page.goto(`${address}${hash}`);
  await page.locator('.grid-body .grid-row').nth(20).waitFor({ timeout: 120_000 });
  const debug = await browser.newCDPSession(page);
  await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
  await host.ask('begin');
  const before = await threadSeconds(debug);
  const frames = await page.evaluate(watchFrames, { ms: seconds * 1000, move });
  const busy = (await threadSeconds(debug)) - before;
  const fared = await host.ask('end');
  await page.close();
  return { name, ...frames, busy: busy / seconds, ...fared };
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

function describe({ name, frames, worst, busy, elements, rate, cpu, p99, max }) {
  return [
    name,
    frames.toFixed(1),
    `${worst.toFixed(0)} ms`,
    `${(busy * 100).toFixed(0)} %`,
    elements,
    rate.toFixed(0),
    `${(cpu * 100).toFixed(0)} %`,
    `${p99.toFixed(1)} ms`,
    `${max.toFixed(1)} ms`,
  ];
}
