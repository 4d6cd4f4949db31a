import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { live, type Sdk, sdks } from './support/live-worker.js';

describe('a worker that is killed before it read what was sent', () => {
  it('has not begun it: the reset that its host then sees comes after all that it wrote', async () => {
    const ready = JSON.stringify({ t: 'ready', v: 1, caps: { start: true }, methods: [], sdk: 'sh', pid: 1 });
    const script = `echo '${ready}' >&3; exec sleep 600`;
    await using worker = await live('node', { command: ['sh', '-c', script] });
    const call = worker.call('f');
    await new Promise<void>((resolve) => worker.connection.write('', () => resolve()));
    worker.process.kill('SIGKILL');
    expect(await call.outcome).toMatchObject({ kind: 'lost', state: 'not_started' });
    expect(worker.events.ends).toMatchObject([{ readToEnd: true, error: { code: 'ECONNRESET' } }]);
  });
});

describe.each(Object.keys(sdks) as Sdk[])('a %s worker', (sdk) => {
  const directory = () => {
    const path = mkdtempSync(join(tmpdir(), 'espalier-marks-'));
    onTestFinished(() => rmSync(path, { recursive: true }));
    return path;
  };

  it.each(['1', '8'])(
    'killed at any moment, running %s calls at once, ran nothing that is not begun',
    async (concurrency) => {
      const marks = directory();
      let notBegun = 0;
      for (const killAfter of [0, 1, 2, 3, 5, 8, 13, 21]) {
        const file = join(marks, String(killAfter));
        writeFileSync(file, '');
        await using worker = await live(sdk, { env: { CONCURRENCY: concurrency } });
        const calls = Array.from({ length: 40 }, (_, n) => worker.call('mark', { file, n }).outcome);
        while (statSync(file).size < 2 * killAfter) await new Promise(setImmediate);
        worker.process.kill('SIGKILL');
        const outcomes = await Promise.all(calls);
        await worker.exited;
        const ran = readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number);
        expect(new Set(ran).size).toBe(ran.length);
        notBegun += outcomes.filter((outcome) => outcome.kind === 'lost' && outcome.state === 'not_started').length;
        outcomes.forEach((outcome, n) => {
          if (outcome.kind === 'result') expect(ran).toContain(n);
          if (outcome.kind === 'lost' && outcome.state === 'not_started') expect(ran).not.toContain(n);
        });
      }
      // One that is killed at once has begun nothing at all, and says so.
      expect(notBegun).toBeGreaterThanOrEqual(40);
    },
  );
});
