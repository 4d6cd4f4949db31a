import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder } from '../support/support.js';

const script = fileURLToPath(new URL('../fixtures/printing-host.mjs', import.meta.url));
const MS = 3000;

interface Borne {
  readonly p99: number;
  readonly grownMiB: number;
}

/** What the event loop of a host has to bear, with that for its standard error, which nobody reads. */
async function borne(kind: string, stderr: number | 'pipe'): Promise<Borne> {
  const host = spawn(process.execPath, [script, join(folder(), 's.db'), kind, String(MS)], {
    stdio: ['ignore', 'pipe', stderr],
  });
  onTestFinished(() => void host.kill('SIGKILL'));
  let text = '';
  host.stdout?.setEncoding('utf8').on('data', (more) => {
    text += more;
  });
  const [code] = await once(host, 'exit');
  expect([code, text]).toEqual([0, expect.stringContaining('"stopped":true')]);
  return JSON.parse(text.split('\n')[0] ?? '');
}

/** A pipe with a reader that never reads. */
function stalledPipe(): number {
  const path = join(folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  // Open for both, so that neither waits for the other.
  return openSync(path, 'r+');
}

describe('services that print as fast as they can', () => {
  it('hold up neither the loop of their host nor its end, and fill no memory, whoever does not read', async () => {
    const silent = await borne('silent', 'pipe');
    const log = join(folder(), 'log');
    const told: Record<string, Borne> = {
      'a stalled pipe': await borne('chatty', stalledPipe()),
      'a stalled socket': await borne('chatty', 'pipe'),
      'a file': await borne('chatty', openSync(log, 'w')),
    };
    console.log(`the loop's p99, in milliseconds: ${JSON.stringify({ silent: silent.p99, ...told })}`);
    for (const [where, { p99, grownMiB }] of Object.entries(told)) {
      // On a machine at other work, what silent programs cost there already.
      expect(p99, where).toBeLessThan(Math.max(5, 3 * silent.p99));
      expect(grownMiB, where).toBeLessThan(100);
    }
    const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
    expect(
      lines.every((line) => /^\/yes\d \| (a line of chatter number \d|\(\d+ lines were dropped.*)$/.test(line)),
    ).toBe(true);
  });
});
