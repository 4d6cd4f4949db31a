import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../../transport/process/support.js';
import { calls } from '../support/call-runs.js';
import { all, folder, outcome } from '../support/support.js';
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

it('a call that takes too long is timed out, and over before its row says so', async () => {
  const { run } = await calls('node', { cancelGraceMs: 50 });
  const mark = join(folder(), 'mark');
  const [row] = await all((await run('hold', [{ mark }], { timeoutMs: 300 })).committed());
  expect(row).toMatchObject({ status: 'timed_out', attempts: 1, error: { code: 'ESP_TIMEOUT' } });
  expect(row?.durationMs).toBeGreaterThanOrEqual(300);
});

it.for(SDKS)(
  'a worker in %s that dies in a call is a lost attempt: tried again where losses are, failed where not',
  async (sdk) => {
    const { run } = await calls(sdk);
    const again = await all((await run('end', [{ code: 3 }], { onLost: 'retry' })).committed());
    // Three times its worker is lost; none of those is an attempt that ended by itself.
    expect(again).toMatchObject([{ status: 'failed', attempts: 0, error: { code: 'ESP_WORKER_EXITED' } }]);
    const once = await all((await run('end', [{ code: 3 }], { onLost: 'fail' })).committed());
    expect(once).toMatchObject([{ status: 'failed', error: { code: 'ESP_WORKER_EXITED' } }]);
  },
);

it('a run that is stopped in a call goes on where it was, with the method that it began with', async () => {
  const { system, run } = await calls('node', { cancelGraceMs: 50 });
  const mark = join(folder(), 'mark');
  const first = await run('held', [{ mark }, { mark }], { concurrency: 1 });
  await until('it runs', () => existsSync(mark), 30_000);
  await first.stop();
  writeFileSync(`${mark}.go`, '');
  const rows = await all((await system.runs.continue(first.id)).committed());
  expect(rows.map(({ index, status, attempts }) => [index, status, attempts])).toEqual([
    [0, 'succeeded', 1],
    [1, 'succeeded', 1],
  ]);
});

it('a run waits while its pool is drained, and goes on when that is resumed', async () => {
  const { system, run } = await calls('node');
  await system.pool('w').ready();
  await system.pool('w').drain();
  const begun = await run('pid', [{}, {}, {}]);
  const rows = all(begun.committed());
  system.pool('w').resume();
  expect(await rows).toHaveLength(3);
});

it('a run over workers that never boot is refused with what they said, in place of waiting for ever', async () => {
  const { system, run } = await calls('node', { command: ['/bin/false'], size: 1, restart: 'temporary' });
  expect(await outcome(() => system.pool('w').ready())).toBe('ESP_WORKER_BOOT');
  expect(await outcome(() => run('pid', [{}]))).toBe('ESP_WORKER_BOOT');
});

it('a run goes on while the breaker of its pool is open, which refuses calls', async () => {
  const { system, run } = await calls('node', { size: 1, breaker: { failures: 1, resetMs: 600_000 } });
  expect(await outcome(() => system.pool('w').call('end', { code: 3 }))).toBe('ESP_WORKER_EXITED');
  expect(await outcome(() => system.pool('w').call('pid', {}))).toBe('ESP_UNAVAILABLE');
  expect(await all((await run('pid', [{}, {}])).committed())).toMatchObject([
    { status: 'succeeded' },
    { status: 'succeeded' },
  ]);
});

it('the time of a slot begins when a worker has it, however long it waited', async () => {
  const { system, run } = await calls('node', { size: 1, prefetch: 0 });
  const mark = join(folder(), 'mark');
  const before = system.pool('w').call('held', { mark });
  await until('it runs', () => existsSync(mark), 30_000);
  const begun = await run('compute', [{ mark: `${mark}.own`, ms: 1 }], { timeoutMs: 1500 });
  await until('the slot waits', () => system.pool('w').load().waiting === 1, 30_000);
  const since = performance.now();
  await until('more than its time is over', () => performance.now() - since > 1600, 30_000);
  writeFileSync(`${mark}.go`, '');
  await before;
  expect(await all(begun.committed())).toMatchObject([{ status: 'succeeded' }]);
});
