import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { listPids, readCommandLine } from '../../src/transport/process/proc/proc.js';
import { espalier, LiveCommand } from '../cli/espalier.js';
import { required } from '../support/required.js';
import { Browser, expectAccessible, hasBrowser } from '../transport/inspector/browser.js';
import { type FaultyHost, startFault } from './host.js';
import { FAULTS, type Fault } from './table.js';

/** `why`, through the built command line. */
async function why({ store, target }: FaultyHost) {
  const [text, json] = await Promise.all([
    espalier('/', ['why', target, '--db', store]),
    espalier('/', ['why', target, '--db', store, '--json']),
  ]);
  expect([text, json]).toMatchObject([{ code: 0 }, { code: 0 }]);
  return { first: text.stdout.split('\n', 1)[0] ?? '', text: text.stdout, explanation: JSON.parse(json.stdout) };
}

/** The address of its page: of a living host its own, of a dead one that of `espalier inspect`. */
async function pageOf({ store, url }: FaultyHost, { dies }: Fault): Promise<string> {
  if (!dies) return url;
  const inspect = new LiveCommand('/', ['inspect', store]);
  return (await inspect.says(/^inspect (\S+)$/m))[1] ?? '';
}

/** Where on the page a target of `why` is, and what its panel is called. */
function placeOf(target: string): { readonly hash: string; readonly panel: string } {
  if (target.startsWith('/')) return { hash: `#/tree?at=${target}`, panel: `Actor ${target}` };
  const panel = target.includes(':') ? `Slot ${target}` : `Run ${target}`;
  return { hash: `#/runs?at=${target}`, panel };
}

/** The program that its host may not kill is ended by the test, which is root's. */
function endPrograms(store: string): void {
  const program = store.replace('app.db', 'changes-user');
  for (const pid of listPids()) if (readCommandLine(pid)[0] === program) process.kill(pid, 'SIGKILL');
}

describe.each(FAULTS)('the fault $name', (fault) => {
  it(`is named by why and by the page: ${fault.cause}`, async ({ skip }) => {
    const host = await startFault(fault);
    if (host === null) {
      const missing = `${fault.needs}, for the fault ${fault.name},`;
      required(missing, false);
      return skip(missing);
    }
    // Also when the test fails: nobody else can end it.
    if (fault.name === 'suspect') onTestFinished(() => endPrograms(host.store));
    if (fault.dies) await once(host.child, 'exit');
    const { first, explanation } = await why(host);
    expect(first).toMatch(fault.says);
    expect(explanation.findings[0]).toMatchObject({ cause: fault.cause });
    expect(explanation.findings[0].evidence.length).toBeGreaterThan(0);
    if (hasBrowser) await expectOnPage(host, fault);
    if (fault.name === 'suspect') endPrograms(host.store);
    if (fault.dies) return;
    // After the host's end the store alone says the same.
    await host.stop();
    expect((await why(host)).explanation.findings[0]).toMatchObject({ cause: fault.cause });
  });
});

let browser: Browser;

beforeAll(async () => {
  if (hasBrowser) browser = await Browser.open();
});

afterAll(() => browser?.[Symbol.asyncDispose]());

/** The panel of the target names the cause, in the words of `why`, with what to do and with evidence. */
async function expectOnPage(host: FaultyHost, fault: Fault): Promise<void> {
  const { hash, panel } = placeOf(host.target);
  const page = await browser.page(`${await pageOf(host, fault)}${hash}`);
  const region = page.getByRole('region', { name: panel, exact: true });
  const told = region.locator('.why');
  await told.locator('.cause', { hasText: fault.cause.replaceAll('_', ' ') }).waitFor();
  expect(await told.locator('.cause + p').textContent()).toMatch(fault.says);
  expect(await told.locator('p', { hasText: 'To do:' }).count()).toBe(1);
  expect(await told.getByRole('list', { name: 'Evidence' }).locator('li').count()).toBeGreaterThan(0);
  await accessible(page, panel.split(' ', 1)[0] ?? '');
  // Its host is going to end: a page that is left alone would complain of that.
  await page.goto('about:blank');
}

const checked = new Set<string>();

/** Each kind of panel once: what axe finds is the same for all of a kind. */
async function accessible(page: Page, kind: string): Promise<void> {
  if (checked.has(kind)) return;
  checked.add(kind);
  await expectAccessible(page);
}
