// Makes the pictures in docs/images from the demonstration:
//   npm run screenshots
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs', 'images');
const scratch = mkdtempSync(join(tmpdir(), 'espalier-screenshots-'));
/** Until then the demonstration has shown its troubles. */
const WARM_UP_MS = 25_000;
const LARGE = { width: 1280, height: 800 };
const PICTURES = [
  { name: 'tree', size: LARGE, scheme: 'light', hash: '#/tree?at=/vision/workers/1/worker' },
  { name: 'statechart', size: LARGE, scheme: 'dark', hash: '#/tree?at=/shop/checkout' },
  { name: 'run', size: LARGE, scheme: 'light', hash: '#/runs', open: 'thumbnails' },
  { name: 'timeline', size: LARGE, scheme: 'dark', hash: '#/timeline' },
  { name: 'pool', size: LARGE, scheme: 'light', hash: '#/tree?at=/vision' },
  { name: 'log', size: LARGE, scheme: 'dark', hash: '#/tree?at=/web/worker' },
  { name: 'processes', size: LARGE, scheme: 'light', hash: '#/processes' },
  { name: 'narrow', size: { width: 420, height: 800 }, scheme: 'light', hash: '#/tree?show=failed,degraded,waiting' },
];

const demo = spawn(process.execPath, [join(root, 'examples/demo/main.js'), '--db', join(scratch, 'demo.db')], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launchPersistentContext(join(scratch, 'profile'), {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
try {
  const address = await addressOf(demo);
  console.log(`waiting ${WARM_UP_MS / 1000} s for something to happen at ${address}`);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  mkdirSync(folder, { recursive: true });
  for (const picture of PICTURES) await take(address, picture);
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await once(demo, 'exit');
  rmSync(scratch, { recursive: true, force: true });
}

async function addressOf(child) {
  const lines = createInterface({ input: child.stdout });
  for (;;) {
    const [line] = await once(lines, 'line');
    const found = /^inspector\s+(\S+)/.exec(line)?.[1];
    if (found) return found;
  }
}

async function take(address, { name, size, scheme, hash, open }) {
  const page = await browser.newPage();
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.goto(`${address}${hash}`);
  await page.locator('.grid-body .grid-row').first().waitFor();
  if (open) await page.getByRole('row', { name: open }).first().click();
  // Gauges come once a second.
  await page.waitForTimeout(2500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
  console.log(`docs/images/${name}.png`);
}
