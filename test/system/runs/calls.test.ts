import { join } from 'node:path';
import { pool } from 'espalier';
import { expect, it } from 'vitest';
import { calls } from '../support/call-runs.js';
import { all, folder, methodsCommand, outcome, shells, start } from '../support/support.js';
import { SDKS } from '../support/workers.js';

it.for(SDKS)('a run over workers in %s gives a row with a result for each argument, in order', async (sdk) => {
  const { run } = await calls(sdk);
  const mark = join(folder(), 'mark');
  // The first takes longest.
  const slots = [60, 30, 1, 0].map((ms) => ({ mark, ms }));
  const rows = await all((await run('compute', slots)).committed());
  expect(rows.map(({ index, status, input }) => [index, status, input])).toEqual(
    slots.map((slot, index) => [index, 'succeeded', slot]),
  );
  for (const row of rows) {
    expect(row).toMatchObject({ result: expect.any(Number), attempts: 1, durationMs: expect.any(Number) });
    expect(row).not.toHaveProperty('output');
  }
});

it('a call that rejects is a slot that failed, with the error of the method, and is retried as often as was said', async () => {
  const system = await start({ children: [pool({ id: 'w', command: [...methodsCommand], size: 1 })] });
  const run = await system.runs.start({ pool: 'w', method: 'no such method', slots: [null], retries: 1 });
  const [row] = await all(run.committed());
  expect(row).toMatchObject({ status: 'failed', attempts: 2, error: { code: 'ESP_NOT_FOUND' } });
});

it('a call that takes too long is timed out, and over before its row says so', async () => {
  const { run } = await calls('node', { cancelGraceMs: 50 });
  const mark = join(folder(), 'mark');
  const [row] = await all((await run('hold', [{ mark }], { timeoutMs: 300 })).committed());
  expect(row).toMatchObject({ status: 'timed_out', attempts: 1, error: { code: 'ESP_TIMEOUT' } });
  expect(row?.durationMs).toBeGreaterThanOrEqual(300);
});

it('a run names a method where its pool serves calls, and none where it runs programs', async () => {
  const children = [shells(), pool({ id: 'w', command: [...methodsCommand], size: 1 })];
  const system = await start({ children });
  expect(await outcome(() => system.runs.start({ pool: 'w', slots: [1] }))).toBe('ESP_INVALID');
  expect(await outcome(() => system.runs.start({ pool: 'shell', method: 'f', slots: [1] }))).toBe('ESP_INVALID');
  expect(await outcome(() => system.runs.start({ pool: 'shell', method: '', slots: [1] }))).toBe('ESP_INVALID');
});
