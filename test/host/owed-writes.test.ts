import { describe, expect, it } from 'vitest';
import { EspalierError } from '../../src/errors.js';
import { OwedWrites } from '../../src/host/owed-writes.js';
import { PatientRegistry } from '../../src/host/patient-registry.js';
import { ASK_AGAIN_MS } from '../../src/store-refusal.js';
import { SimulatedClock } from '../../src/testing/index.js';

const full = new EspalierError('ESP_STORE_FULL', 'no space left');
const INTENT = {
  ...{ spawnId: 's2', runId: 'h', path: '/w', incarnation: 2, jobId: null, attempt: null },
  command: ['x'],
};

function world() {
  const clock = new SimulatedClock();
  const state = { refusal: full as EspalierError | null, isOver: false, asked: 0 };
  const written: string[] = [];
  const faults: unknown[] = [];
  const owed = new OwedWrites({ clock, isOver: () => state.isOver, onFault: (error) => faults.push(error) });
  const write = (name: string) => async () => {
    state.asked += 1;
    if (state.refusal) throw state.refusal;
    written.push(name);
  };
  const pass = async () => {
    clock.increment(ASK_AGAIN_MS);
    await new Promise(setImmediate);
  };
  return { clock, state, written, faults, owed, write, pass };
}

describe('what the store refused', () => {
  it('is written, in its order, once it takes writes again, and once', async () => {
    const { owed, state, written, write, pass } = world();
    await owed.tell(write('a'));
    await owed.tell(write('b'));
    await pass();
    expect([state.asked, written]).toEqual([2, []]);
    state.refusal = null;
    // What comes while something is owed waits its turn.
    await owed.tell(write('c'));
    expect(written).toEqual([]);
    await pass();
    await pass();
    expect(written).toEqual(['a', 'b', 'c']);
    await owed.tell(write('d'));
    expect(written.at(-1)).toBe('d');
  });

  it('is written at once for whoever must know that it is, or the refusal is his', async () => {
    const { owed, state, written, write } = world();
    owed.owe(write('a'));
    await expect(owed.settled()).rejects.toBe(full);
    state.refusal = null;
    await owed.settled();
    expect(written).toEqual(['a']);
  });

  it('can be dropped by its key', async () => {
    const { owed, state, written, write, pass } = world();
    owed.owe(write('a'), 'run-1');
    owed.owe(write('b'));
    await owed.drop('run-1');
    state.refusal = null;
    await pass();
    expect(written).toEqual(['b']);
  });

  it('is asked for no more in a host that has stopped or was fenced, and that is told', async () => {
    for (const code of ['ESP_STOPPED', 'ESP_FENCED'] as const) {
      const { owed, state, faults, write, pass } = world();
      state.refusal = new EspalierError(code, 'over');
      owed.owe(write('a'));
      for (let times = 0; times < 3; times += 1) await pass();
      expect([state.asked, faults]).toEqual([1, [state.refusal]]);
    }
    const { owed, state, write, pass } = world();
    state.isOver = true;
    owed.owe(write('a'));
    await pass();
    expect(state.asked).toBe(0);
  });

  it('is let go when what came after it was written before it', async () => {
    const { owed, state, faults, write, pass } = world();
    owed.owe(write('a'));
    state.refusal = new EspalierError('ESP_CONFLICT', 'gone already');
    await pass();
    expect([owed.isEmpty, faults]).toEqual([true, []]);
  });

  it('is nobody else’s error', async () => {
    const { owed, state, write } = world();
    state.refusal = new EspalierError('ESP_INVALID', 'no');
    await expect(owed.tell(write('a'))).rejects.toBe(state.refusal);
    expect(owed.isEmpty).toBe(true);
  });
});

describe('a path whose process ended while the disk was full', () => {
  it('is free for the next one once there is room, and not before', async () => {
    const { owed, state, written, write } = world();
    const done = async () => undefined;
    const store = { intend: write('intend'), live: write('live'), failed: done, gone: write('gone'), suspect: done };
    const registry = new PatientRegistry(store, owed);
    await registry.gone('s1', null);
    await expect(registry.intend(INTENT)).rejects.toBe(full);
    state.refusal = null;
    await registry.intend(INTENT);
    expect(written).toEqual(['gone', 'intend']);
  });
});
