import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { required } from '../../support/required.js';

const CHROMIUM = '/usr/bin/chromium';

/** Whether there is a browser to test with. */
export const hasBrowser = required(CHROMIUM, existsSync(CHROMIUM));

/** Quiet: nothing of its own goes over the network. As root it has no sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a profile of its own. Everything that its pages complain about is collected. */
export class Browser implements AsyncDisposable {
  readonly #complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly profile: string,
  ) {}

  /** @param port where all connections go, whatever their address says; their own when it is left out */
  static async open(port?: number): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'espalier-browser-'));
    const rules = port === undefined ? [] : [`--host-resolver-rules=MAP 127.0.0.1 127.0.0.1:${port}`];
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      headless: true,
      args: [...FLAGS, ...rules],
      viewport: { width: 1440, height: 900 },
    });
    context.setDefaultTimeout(60_000);
    return new Browser(context, profile);
  }

  /** A page that has begun to load an address. It is closed after the test, which fails if the page complained. */
  async page(address: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.#complaints.push(String(error.stack ?? error)));
    onTestFinished(async () => {
      await page.close();
      expect(this.#complaints.splice(0), 'what the page complained about').toEqual([]);
    });
    await page.goto(address);
    return page;
  }

  /** What the pages complained about so far; taken, so that the test may expect it. */
  takeComplaints(): readonly string[] {
    return this.#complaints.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    // Its helpers may write their last a moment after it.
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RUN_AXE = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' | ')))`;

/** What axe finds wrong with a page as it is: rule and places. */
async function flaws(page: Page): Promise<readonly string[]> {
  // Through the debugger: the page's content security policy lets no other script in.
  await page.evaluate(axe);
  return await page.evaluate<string[]>(RUN_AXE);
}

/** Holds a page to what axe knows of accessibility, in both schemes. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-scheme=${colorScheme}]`).waitFor();
    expect(await flaws(page), colorScheme).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
