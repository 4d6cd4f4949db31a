import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explain, openReader, sweep } from 'espalier';
import { describe, expect, it, onTestFinished } from 'vitest';
import { espalierHere } from '../../cli/espalier.js';
import { line } from '../../transport/process/support.js';
import { folder } from '../support/support.js';

const script = fileURLToPath(new URL('../fixtures/uncaught-host.mjs', import.meta.url));

async function hostThatEnds(ending: string) {
  const store = join(folder(), 'store.db');
  const host = spawn(process.execPath, [script, store, ending], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void host.kill('SIGKILL'));
  const closed = once(host, 'close').then(([code]) => code);
  const { runId, run }: { runId: string; run: string } = JSON.parse(await line(host.stdout));
  return { store, runId, run, closed, host };
}

describe('a host that ends with its system running', () => {
  it.each([
    ['throw', 1, /ended by an uncaught exception: no price \(TypeError\)\.$/, /^at .*sell .*uncaught-host\.mjs/],
    ['handled', 9, /ended by an uncaught exception: no price \(TypeError\)\.$/, /^at .*sell .*uncaught-host\.mjs/],
    [
      'reject',
      1,
      /ended by a rejection that nobody handled: nobody waits for this \(Error\)\.$/,
      /^at .*uncaught-host\.mjs/,
    ],
    ['exit', 3, /left with exit code 3 without stopping its system\.$/, /^left with exit code 3/],
  ])('by %s says so, with where, and with the exit code that Node gives', async (ending, code, sentence, thrown) => {
    const { store, runId, run, closed } = await hostThatEnds(ending);
    expect(await closed).toBe(code);
    await using reader = await openReader(store);
    for (const target of [runId, run]) {
      const finding = (await explain(reader, target)).findings.find(({ about }) => about === runId);
      expect(finding?.sentences[0]).toMatch(sentence);
      expect(finding?.evidence.some(({ text }) => thrown.test(text))).toBe(true);
    }
    const { stdout } = await espalierHere(dirname(store), ['runs', '--db', store, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      run,
      status: 'interrupted',
      reason: expect.stringMatching(sentence.source.slice(0, 20)),
    });
    // Whoever finds it dead writes that down with its runs.
    await sweep(store);
    const [interrupted] = await reader.journal.about({ types: ['run.interrupted'], limit: 10 });
    expect(interrupted).toMatchObject({ data: { run, reason: expect.stringMatching(sentence.source.slice(0, 20)) } });
  });
});
