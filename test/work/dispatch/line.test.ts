import { expect, it, vi } from 'vitest';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import type { Dispatch } from '../../../src/work/backends/contract.js';
import { Line } from '../../../src/work/dispatch/line.js';
import { type Ambiguity, MemoryBackend } from '../backends/memory-backend.js';

const dispatch: Dispatch = {
  ...{ jobId: slotJobId('run', 0), epoch: 1, attempt: 1, spawnId: null },
  ...{ input: null, index: 0, method: 'work', timeoutMs: null, context: null },
};

/** An attempt whose submit was not answered, and is being asked for. */
async function unsure(ambiguity: Ambiguity) {
  const [backend, clock, heard] = [new MemoryBackend(), new SimulatedClock(), [] as number[]];
  const line = new Line(backend, clock, { capacity: (slots) => void heard.push(slots), closed: () => undefined });
  line.open();
  const submits = vi.spyOn(backend, 'submit');
  backend.becomeAmbiguous(ambiguity);
  const accepted = vi.fn();
  const answer = line.run(dispatch, accepted);
  await Promise.resolve();
  const ask = async () => {
    // The wait is armed a few turns after the answer that said nothing.
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    clock.increment(100);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { backend, line, answer, accepted, submits, ask, heard };
}

it('asks for an attempt whose submit was not answered, and submits it once', async () => {
  const { backend, answer, accepted, submits, ask } = await unsure('delivered');
  await ask();
  expect(accepted).toHaveBeenCalledTimes(1);
  backend.succeed(dispatch, 7);
  expect(await answer).toMatchObject({ outcome: { how: 'succeeded', result: 7 } });
  expect([submits.mock.calls.length, backend.executions(dispatch)]).toEqual([1, 1]);
});

it('takes what never arrived for refused, so that it is given back', async () => {
  const { backend, answer, submits, ask } = await unsure('delayed');
  await ask();
  expect(await answer).toEqual({ type: 'refused', why: 'fenced' });
  backend.deliver();
  expect([submits.mock.calls.length, backend.executions(dispatch)]).toEqual([1, 0]);
});

it('takes an outcome for the answer', async () => {
  const { backend, answer, accepted, ask } = await unsure('delivered');
  backend.succeed(dispatch);
  await ask();
  expect(await answer).toMatchObject({ outcome: { how: 'succeeded' } });
  expect(accepted).not.toHaveBeenCalled();
});

it('tells what the place has room for, from the beginning on', async () => {
  const { backend, heard } = await unsure('undelivered');
  backend.resize(0);
  expect(heard).toEqual([4, 0]);
});

it('stops what reached its place after the stop did, as soon as it knows of it', async () => {
  const { backend, line, answer, accepted, ask } = await unsure('delayed');
  line.stop();
  backend.deliver();
  await ask();
  expect(accepted).toHaveBeenCalledTimes(1);
  expect(await answer).toMatchObject({ outcome: { how: 'interrupted' } });
});
