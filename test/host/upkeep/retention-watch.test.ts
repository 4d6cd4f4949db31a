import { expect, it } from 'vitest';
import { RetentionWatch } from '../../../src/host/upkeep/retention-watch.js';
import { DEFAULT_RETENTION } from '../../../src/machines/work/retention.js';
import type { RetentionStore } from '../../../src/persistence/contract/retention.js';
import { SimulatedClock } from '../../../src/testing/index.js';

const NONE = { jobs: 0, events: 0, processes: 0, runs: 0, slots: 0, bytes: 0 };

function watched(prune: RetentionStore['prune']) {
  const clock = new SimulatedClock();
  const faults: unknown[] = [];
  const retention: RetentionStore = {
    prune,
    removeRun: async () => NONE,
    size: () => Promise.reject(new Error('nobody asks for it')),
  };
  const watch = new RetentionWatch({ retention, keep: DEFAULT_RETENTION, clock, onFault: (e) => void faults.push(e) });
  watch.start();
  const pass = async (ms: number) => {
    clock.increment(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watch, pass, faults };
}

it('prunes a minute after the start, and every ten minutes from the end of that on', async () => {
  const kept: unknown[] = [];
  const { pass } = watched(async (keep) => {
    kept.push(keep);
    return NONE;
  });
  await pass(59_999);
  expect(kept).toEqual([]);
  await pass(1);
  await pass(599_999);
  expect(kept).toEqual([DEFAULT_RETENTION]);
  await pass(1);
  expect(kept).toHaveLength(2);
});

it('waits between two batches, and ends at once when it is stopped in between', async () => {
  const batches: string[] = [];
  const { watch, pass } = watched(async (_, { pause, signal }) => {
    while (!signal?.aborted) {
      batches.push('batch');
      await pause();
    }
    return NONE;
  });
  await pass(60_000);
  await pass(19);
  expect(batches).toHaveLength(1);
  await pass(1);
  expect(batches).toHaveLength(2);
  await watch.stop();
  expect(batches).toHaveLength(2);
});

it('tells what fails, and tries again', async () => {
  const error = new Error('no');
  let asked = 0;
  const { pass, faults } = watched(async () => {
    asked += 1;
    throw error;
  });
  await pass(60_000);
  await pass(600_000);
  expect([asked, faults]).toEqual([2, [error, error]]);
});
