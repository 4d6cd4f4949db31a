import { expect, test, vi } from 'vitest';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import { type AttemptRef, attemptKey, type Dispatch } from '../../../src/work/backends/contract.js';
import type { Behaviour, Bench } from './bench.js';
import { AMBIGUOUS_CASES, CASES, conforms, PLACE_CASES, WAITING_CASES } from './conformance.js';
import { GUARDS, type Guard, MemoryBackend, UNFIT } from './memory-backend.js';

const ROOM = 4;

function memoryBench(without: Guard | null = null): Bench {
  const backend = new MemoryBackend(ROOM, without);
  return {
    backend,
    dispatch: (jobId, behaviour, epoch): Dispatch => {
      return {
        jobId: slotJobId(jobId, 0),
        epoch,
        attempt: 1,
        input: behaviour,
        index: 0,
        method: 'work',
        timeoutMs: null,
        context: null,
        spawnId: null,
      };
    },
    accepted: (attempt: AttemptRef, behaviour: Behaviour) => {
      if (behaviour === 'quick') backend.succeed(attempt);
      if (behaviour === 'broken') backend.fail(attempt);
    },
    began: async () => undefined,
    letGo: (attempt) => backend.succeed(attempt),
    executions: (attempt) => backend.executions(attempt),
    close: async () => backend.resize(0),
    reopen: () => backend.resize(ROOM),
    crash: () => backend.crash(),
    becomeAmbiguous: (ambiguity) => backend.becomeAmbiguous(ambiguity),
    deliver: () => backend.deliver(),
    unfit: UNFIT,
    [Symbol.asyncDispose]: async () => backend.stop(),
  };
}

const MORE = [...AMBIGUOUS_CASES, ...PLACE_CASES, ...WAITING_CASES];

conforms('a place in memory', async () => memoryBench(), MORE);

/** The cases that a place fails which has one guard less. */
async function failures(without: Guard | null): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of [...CASES, ...MORE]) {
    await run(memoryBench(without)).catch(() => failed.push(title));
  }
  return failed;
}

/** What never comes is waited for here too, but not for long. */
function impatient(): Disposable {
  const waitFor = vi.spyOn(vi, 'waitFor').mockImplementation(async (callback) => callback());
  return { [Symbol.dispose]: () => waitFor.mockRestore() };
}

test.for([...GUARDS])('a place without the guard %j fails the suite', async (guard) => {
  using _ = impatient();
  expect(await failures(guard)).not.toEqual([]);
});

test('a place that lacks nothing passes as impatiently', async () => {
  using _ = impatient();
  expect(await failures(null)).toEqual([]);
});

test('two attempts of one job are two, and one of two jobs too', () => {
  const keys = [
    { jobId: slotJobId('a', 0), epoch: 1, attempt: 1 },
    { jobId: slotJobId('a', 0), epoch: 2, attempt: 1 },
    { jobId: slotJobId('1 a', 0), epoch: 1, attempt: 1 },
    { jobId: slotJobId('a', 0), epoch: 11, attempt: 1 },
  ].map(attemptKey);
  expect(new Set(keys).size).toBe(keys.length);
});
