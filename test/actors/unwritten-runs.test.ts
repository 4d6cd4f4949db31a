import { expect, it } from 'vitest';
import { ASK_AGAIN_MS, UnwrittenRuns } from '../../src/actors/unwritten-runs.js';
import { EspalierError } from '../../src/errors.js';
import { SimulatedClock } from '../../src/testing/index.js';

const full = new EspalierError('ESP_STORE_FULL', 'no space left');

function world() {
  const clock = new SimulatedClock();
  const written: unknown[][] = [];
  const state = { refusal: full as EspalierError | null, isOver: false, asked: 0 };
  const setStatus = async (...args: unknown[]) => {
    state.asked += 1;
    if (state.refusal) throw state.refusal;
    written.push(args);
    return true;
  };
  const runs = new UnwrittenRuns({ runId: 'host', runs: { setStatus }, clock, isOver: () => state.isOver });
  const pass = async () => {
    clock.increment(ASK_AGAIN_MS);
    await new Promise(setImmediate);
  };
  return { clock, written, state, runs, pass };
}

it('a run that could not be written is interrupted once the store takes writes again, with the reason', async () => {
  const { runs, state, written, pass } = world();
  runs.add('a', full);
  runs.add('b', full);
  await pass();
  await pass();
  expect([state.asked, written]).toEqual([4, []]);
  state.refusal = null;
  await pass();
  const reason = 'it could not be written: no space left';
  expect(written).toEqual([
    ['a', 'host', ['running'], 'interrupted', reason],
    ['b', 'host', ['running'], 'interrupted', reason],
  ]);
  await pass();
  expect(written).toHaveLength(2);
});

it('one that is driven again is left alone', async () => {
  const { runs, state, pass } = world();
  runs.add('a', full);
  await runs.drop('a');
  state.refusal = null;
  await pass();
  expect(state.asked).toBe(0);
});

it('a host that has stopped or was fenced asks no more', async () => {
  for (const code of ['ESP_STOPPED', 'ESP_FENCED'] as const) {
    const { runs, state, pass } = world();
    state.refusal = new EspalierError(code, 'over');
    runs.add('a', full);
    for (let i = 0; i < 3; i += 1) await pass();
    expect(state.asked).toBe(1);
  }
  const { runs, state, pass } = world();
  state.isOver = true;
  runs.add('a', full);
  await pass();
  expect(state.asked).toBe(0);
});
