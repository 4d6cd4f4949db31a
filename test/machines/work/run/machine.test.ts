import { expect, onTestFinished, test, vi } from 'vitest';
import { createActor, createMachine } from 'xstate';
import type { RunCommand } from '../../../../src/machines/work/run/commands.js';
import type { RunEvent } from '../../../../src/machines/work/run/run-events.js';
import { Bench, ended, requeued } from './bench.js';

const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const granted = (...indexes: number[]): RunEvent => ({ type: 'claim.granted', indexes });
const committed = (...indexes: number[]): RunEvent => ({ type: 'committed', indexes });
const commit = (...indexes: number[]): RunCommand => ({ type: 'commit', indexes, as: null });
const cancel = (...indexes: number[]): RunCommand => ({ type: 'commit', indexes, as: 'cancelled' });

function stopping(then: 'requeue' | 'cancel'): RunCommand {
  return { type: 'stopRunning', then };
}

/** A bench whose run has started these slots. */
function started(
  slots: readonly number[],
  ...args: ConstructorParameters<typeof Bench>
): { bench: Bench; indexes: number[] } {
  const bench = new Bench(...args);
  const claims = bench.load(slots).filter((command) => command.type === 'claim');
  const commands = bench.send(granted(...claims.flatMap(({ indexes }) => indexes)));
  return { bench, indexes: commands.flatMap((command) => (command.type === 'start' ? command.indexes : [])) };
}

/** Answers every write at once, and ends the slots at work, until nothing is asked for. Returns the most slots at work. */
function runToEnd(bench: Bench, first: readonly RunCommand[]): { peak: number; order: number[] } {
  const asked = [...first];
  const running = new Set<number>();
  const order: number[] = [];
  let peak = 0;
  for (let command = asked.shift(); command !== undefined || running.size > 0; command = asked.shift()) {
    const [next] = running;
    if (command === undefined && next !== undefined) {
      running.delete(next);
      asked.push(...bench.send(ended(next)));
    }
    if (command?.type === 'claim') asked.push(...bench.send(granted(...command.indexes)));
    if (command?.type === 'setStatus') asked.push(...bench.send({ type: 'status.set', to: command.to }));
    if (command?.type === 'commit') {
      order.push(...command.indexes);
      asked.push(...bench.send(committed(...command.indexes)));
    }
    if (command?.type === 'start') for (const index of command.indexes) running.add(index);
    peak = Math.max(peak, running.size);
  }
  return { peak, order };
}

test('a run reads its plan, claims, starts, commits and completes', () => {
  const bench = new Bench({ concurrency: 1 });
  expect(bench.has('espalier.starting')).toBe(true);
  expect(bench.take()).toEqual([{ type: 'load' }]);
  expect(bench.load([0, 0])).toEqual([{ type: 'claim', indexes: [0, 1] }]);
  expect(bench.has('espalier.starting')).toBe(false);
  expect(bench.send(granted(0, 1))).toEqual([{ type: 'start', indexes: [0] }]);
  expect(bench.send(ended(0))).toEqual([{ type: 'start', indexes: [1] }, commit(0)]);
  expect(bench.send(ended(1), committed(0))).toEqual([commit(1)]);
  expect(bench.send(committed(1))).toEqual([{ type: 'setStatus', to: 'completed' }]);
  expect(bench.send({ type: 'status.set', to: 'completed' })).toStrictEqual([{ type: 'done', end: 'completed' }]);
  expect([bench.status, bench.output]).toStrictEqual(['done', { end: 'completed' }]);
});

test('a run without slots completes at once', () => {
  const bench = new Bench();
  bench.take();
  expect(bench.load([])).toEqual([{ type: 'setStatus', to: 'completed' }]);
});

test('sixteen slots at concurrency 4 run four at a time and no more, and commit in order', () => {
  const bench = new Bench({ concurrency: 4 });
  const { peak, order } = runToEnd(bench, bench.load(zeros(16)));
  expect(peak).toBe(4);
  expect(order).toEqual([...zeros(16).keys()]);
  expect(bench.status).toBe('done');
});

test('the claim of the next slot is on its way while every place is taken', () => {
  const { bench, indexes } = started(zeros(9), { concurrency: 2 });
  expect(indexes).toEqual([0, 1]);
  expect(bench.send(ended(1))).toEqual([
    { type: 'start', indexes: [2] },
    { type: 'claim', indexes: [3] },
  ]);
});

test('a place is free as soon as its program has ended; the row waits until that is on disk', () => {
  const { bench } = started(zeros(6), { concurrency: 1, ahead: 1 });
  bench.send(granted(1));
  expect(bench.send({ type: 'place.freed', index: 0 })).toEqual([
    { type: 'start', indexes: [1] },
    { type: 'claim', indexes: [2] },
  ]);
  expect(bench.context.book.stage(0)).toBe('recording');
  expect(bench.send({ type: 'place.freed', index: 0 }, granted(2)), 'a second one changes nothing').toEqual([]);
  expect(bench.send(ended(0))).toEqual([commit(0)]);
});

test('ends that wait for a slow disk do not pile up beyond the places', () => {
  const { bench } = started(zeros(9), { concurrency: 1, ahead: 0 });
  expect(bench.send({ type: 'place.freed', index: 0 })).toEqual([{ type: 'claim', indexes: [1] }]);
  bench.send(granted(1));
  expect(bench.send({ type: 'place.freed', index: 1 })).toEqual([]);
  expect(bench.send(ended(0)).at(0)).toEqual({ type: 'claim', indexes: [2] });
});

test('a run whose places are free is paused only when the ends of its slots are on disk', () => {
  const { bench } = started(zeros(3), { concurrency: 1, ahead: 0 });
  expect(bench.send({ type: 'pause' }, { type: 'place.freed', index: 0 })).toEqual([]);
  expect(bench.state).toBe('pausing');
  expect(bench.send(ended(0), committed(0))).toEqual([commit(0), { type: 'setStatus', to: 'paused' }]);
});

test('as many slots are claimed ahead as start while a claim is on its way, up to twice the places', () => {
  const { bench } = started(zeros(40), { concurrency: 2 });
  bench.send(granted(2));
  const quick = (index: number) => bench.send({ type: 'place.freed', index }, ended(index));
  const claims = () => bench.summary.leased - bench.summary.started;
  expect(claims()).toBe(1);
  for (let index = 0; index < 2; index += 1) quick(index);
  for (let index = 3; index < 30; index += 1) {
    bench.send(granted(index));
    quick(index - 1);
  }
  expect(claims()).toBeGreaterThan(1);
  expect(claims()).toBeLessThanOrEqual(4);
});

test('thirty-two ends in a burst lose nothing and are written in few commits', () => {
  const { bench } = started(zeros(32), { concurrency: 32 });
  const order = [...zeros(32).keys()].reverse();
  const commands = bench.send(...order.map((index) => ended(index)));
  expect(commands).toEqual([commit(...[...order].reverse())]);
  expect(bench.send(committed(...[...order].reverse()))).toEqual([{ type: 'setStatus', to: 'completed' }]);
});

test('while one commit is under way no other is asked for; the next one takes all that came', () => {
  const { bench } = started(zeros(4), { concurrency: 4 });
  expect(bench.send(ended(0), ended(1), ended(2))).toEqual([commit(0)]);
  expect(bench.send(committed(0))).toEqual([commit(1, 2)]);
});

test('a commit that failed advances nothing, stops the run, and leaves the rows for the next owner', () => {
  const { bench } = started(zeros(4), { concurrency: 2 });
  expect(bench.send(ended(0))).toEqual([{ type: 'start', indexes: [2] }, { type: 'claim', indexes: [3] }, commit(0)]);
  const error = new Error('disk full');
  const failed: RunEvent = { type: 'write.failed', write: 'commit', error };
  expect(bench.send(failed)).toEqual([stopping('requeue')]);
  expect(bench.summary).toMatchObject({ committed: 0, finished: 1, frontier: 0 });
  expect(bench.send(granted(3)), 'a claim that was under way').toEqual([{ type: 'release', indexes: [3] }]);
  expect(bench.send({ type: 'released', indexes: [3] }, requeued(1))).toEqual([]);
  const lost: RunEvent = { type: 'write.failed', write: 'attempt', error: new Error('later'), indexes: [2] };
  expect(bench.send(lost)).toEqual([{ type: 'done', end: 'failed', error }]);
  expect(bench.output).toEqual({ end: 'failed', error });
});

test.each(['load', 'claim', 'status'] as const)('a failed %s ends the run as failed', (write) => {
  const bench = new Bench({ concurrency: 1 });
  if (write !== 'load') bench.load([3, write === 'claim' ? 0 : 3]);
  bench.take();
  const indexes = write === 'claim' ? [1] : [];
  expect(bench.send({ type: 'write.failed', write, error: 'e', indexes })).toEqual([
    { type: 'done', end: 'failed', error: 'e' },
  ]);
});

test('a commit that failed ends a run that has nothing at work', () => {
  const bench = new Bench();
  bench.load([2], { finished: new Map([[0, 'succeeded']]) });
  bench.take();
  const failed: RunEvent = { type: 'write.failed', write: 'commit', error: 'e' };
  expect(bench.send(failed)).toEqual([{ type: 'done', end: 'failed', error: 'e' }]);
});

test('a claim that failed leaves the commit under way to its answer', () => {
  const { bench } = started(zeros(4), { concurrency: 2 });
  bench.send(ended(0));
  bench.send({ type: 'write.failed', write: 'claim', error: 'e', indexes: [3] }, committed(0));
  expect(bench.summary).toMatchObject({ committed: 1, frontier: 1 });
});

test('a paused run gives back what is claimed, waits for what runs, commits it, and then is paused', () => {
  const { bench } = started(zeros(9), { concurrency: 2 });
  expect(bench.send({ type: 'pause' })).toEqual([{ type: 'release', indexes: [2] }]);
  expect(bench.send({ type: 'released', indexes: [2] }, ended(0))).toEqual([commit(0)]);
  expect(bench.send(committed(0)), 'slot 1 is still at work').toEqual([]);
  expect([bench.state, bench.summary.started]).toEqual(['pausing', 1]);
  expect(bench.send(ended(1))).toEqual([commit(1)]);
  expect(bench.send(committed(1))).toEqual([{ type: 'setStatus', to: 'paused' }]);
  expect(bench.state).toBe('paused');
  expect(bench.send({ type: 'resume' })).toEqual([
    { type: 'setStatus', to: 'running' },
    { type: 'claim', indexes: [2, 3, 4] },
  ]);
});

test('a claim that arrives while the run pauses is given back, and a retry is not started', () => {
  const bench = new Bench({ concurrency: 1, ahead: 0 });
  bench.load([0, 0]);
  expect(bench.send({ type: 'pause' }, granted(0))).toEqual([{ type: 'release', indexes: [0] }]);
  expect(bench.send({ type: 'released', indexes: [0] })).toEqual([{ type: 'setStatus', to: 'paused' }]);
  expect(bench.send({ type: 'status.set', to: 'paused' }, { type: 'capacity.changed', slots: 5 })).toEqual([]);
});

test('a run can be resumed before it is paused, and paused before it is loaded', () => {
  const bench = new Bench({ concurrency: 1, ahead: 0 });
  bench.send({ type: 'pause' });
  bench.take();
  expect(bench.load([0, 0])).toEqual([{ type: 'setStatus', to: 'paused' }]);
  expect(bench.send({ type: 'resume' }).slice(1)).toEqual([{ type: 'claim', indexes: [0] }]);
  bench.send(granted(0), { type: 'pause' });
  expect(bench.state).toBe('pausing');
  bench.send({ type: 'resume' });
  expect(bench.state).toBe('running');
});

test('a slot that was given back or is to run again is claimed again, once', () => {
  const { bench } = started(zeros(3), { concurrency: 1, ahead: 0 });
  expect(bench.send(requeued(0))).toEqual([{ type: 'claim', indexes: [0] }]);
  expect(bench.send(granted(0), granted(0))).toEqual([{ type: 'start', indexes: [0] }]);
  expect(bench.send(ended(0), requeued(0), ended(0, 'failed'))).toEqual([{ type: 'claim', indexes: [1] }, commit(0)]);
});

test('a second grant and the end of a slot that was not started start nothing', () => {
  const { bench } = started(zeros(3), { concurrency: 2 });
  expect(bench.send(granted(0, 1))).toEqual([]);
  expect(bench.send(ended(2), granted(2))).toEqual([]);
  expect(bench.send(ended(0))).toEqual([commit(0)]);
  expect(bench.summary).toMatchObject({ started: 1, leased: 1 });
});

test('a refused claim is not asked for again until something has changed', () => {
  const bench = new Bench({ concurrency: 1, ahead: 0 });
  bench.load([0, 0]);
  expect(bench.send({ type: 'claim.refused', indexes: [0] })).toEqual([]);
  expect(bench.send({ type: 'capacity.changed', slots: 1 })).toEqual([{ type: 'claim', indexes: [0] }]);
  bench.send({ type: 'claim.refused', indexes: [0] }, { type: 'pause' });
  expect(bench.send({ type: 'resume' }).at(-1)).toEqual({ type: 'claim', indexes: [0] });
});

test('a slot that was cancelled elsewhere is not claimed, and its row says so', () => {
  const bench = new Bench({ concurrency: 1, ahead: 0 });
  bench.load([0, 0]);
  expect(bench.send(ended(0, 'cancelled'), { type: 'claim.refused', indexes: [0] })).toEqual([
    { type: 'claim', indexes: [1] },
    commit(0),
  ]);
});

test('three slots with holes are recovered: what is finished commits, what is committed stays, the rest runs', () => {
  const bench = new Bench({ concurrency: 3 });
  bench.take();
  expect(bench.load([0, 2, 3], { finished: new Map([[1, 'failed']]) })).toEqual([{ type: 'claim', indexes: [0] }]);
  expect(bench.send(granted(0), ended(0))).toEqual([{ type: 'start', indexes: [0] }, commit(0, 1)]);
  expect(bench.send(committed(0, 1))).toEqual([{ type: 'setStatus', to: 'completed' }]);
});

test('recovered slots whose owner is gone are dispatched once, those that this host still runs never again', () => {
  const gone = new Bench({ concurrency: 2, ahead: 0 });
  gone.take();
  expect(gone.load([1, 1, 0])).toEqual([{ type: 'claim', indexes: [0, 1] }]);
  const ours = new Bench({ concurrency: 2, ahead: 0 });
  ours.take();
  expect(ours.load([1, 1, 0], { running: 'ours' })).toEqual([]);
  expect(ours.summary.started).toBe(2);
  expect(ours.send(ended(0))).toEqual([{ type: 'claim', indexes: [2] }, commit(0)]);
});

test('a plan whose finished slots do not say how they ended is refused', () => {
  const message = '1 slots have finished, but 0 say how';
  expect(() => new Bench().load([2])).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message }));
});

test('with fail-fast a committed failure stops what runs, gives back what waits, and cancels the rest', () => {
  const { bench } = started(zeros(6), { concurrency: 3, failFast: true });
  expect(bench.send(ended(1), ended(0, 'failed')).at(-1)).toEqual(commit(0));
  bench.take();
  expect(bench.send(granted(4, 5))).toEqual([{ type: 'start', indexes: [4] }]);
  expect(bench.send(committed(0)), 'slot 1 has succeeded in vain').toEqual([
    cancel(1),
    stopping('cancel'),
    { type: 'release', indexes: [5] },
  ]);
  expect(bench.send(committed(1))).toEqual([]);
  expect(bench.send(ended(2), ended(3, 'cancelled'), requeued(4), { type: 'released', indexes: [5] })).toEqual([
    cancel(2),
  ]);
  expect(bench.send(committed(2))).toEqual([cancel(3, 4, 5)]);
  expect(bench.send(committed(3, 4, 5))).toEqual([{ type: 'setStatus', to: 'completed' }]);
});

test('with fail-fast a run that has a committed failure starts nothing when it is continued', () => {
  const bench = new Bench({ failFast: true, batch: 2 });
  bench.take();
  const plan = { hasFailure: true, finished: new Map([[2, 'succeeded']] as const) };
  expect(bench.load([3, 0, 2, 0], plan)).toEqual([cancel(1, 2)]);
  expect(bench.send(committed(1, 2))).toEqual([cancel(3)]);
});

test.each([
  ['stop', 'stopped'],
  ['espalier.stop', 'interrupted'],
] as const)('%s gives back what runs, commits what is due, and ends %s', (type, end) => {
  const { bench } = started(zeros(9), { concurrency: 2 });
  expect(bench.send({ type })).toEqual([stopping('requeue'), { type: 'release', indexes: [2] }]);
  expect(bench.send({ type: 'stop' }, { type: 'espalier.stop' }, { type: 'resume' }, { type: 'pause' })).toEqual([]);
  expect(bench.send({ type: 'released', indexes: [2] }, requeued(1), ended(0))).toEqual([commit(0)]);
  expect(bench.send(committed(0))).toEqual([{ type: 'setStatus', to: end }]);
  expect(bench.send({ type: 'status.set', to: end })).toEqual([{ type: 'done', end }]);
  expect(bench.output).toEqual({ end });
});

test('a run that is stopped before its plan was read writes its status and ends', () => {
  const bench = new Bench();
  bench.take();
  expect(bench.send({ type: 'espalier.stop' })).toEqual([{ type: 'setStatus', to: 'interrupted' }]);
  expect(bench.load([0, 0])).toEqual([]);
  expect(bench.send(ended(0, 'cancelled')), 'a slot that somebody has cancelled').toEqual([]);
  expect(bench.send({ type: 'status.set', to: 'interrupted' })).toEqual([{ type: 'done', end: 'interrupted' }]);
});

test('a paused run stays paused on disk when its host stops', () => {
  const bench = new Bench({ ahead: 0, concurrency: 1 });
  bench.load([0]);
  bench.send({ type: 'claim.refused', indexes: [0] }, { type: 'pause' });
  expect(bench.send({ type: 'espalier.stop' }), 'its status is still being written').toEqual([]);
  expect(bench.send({ type: 'status.set', to: 'paused' })).toEqual([{ type: 'done', end: 'paused' }]);
});

test('when the last slot ends while a run stops or pauses, it is complete', () => {
  for (const type of ['pause', 'stop', 'espalier.stop'] as const) {
    const { bench } = started([0], { concurrency: 1 });
    bench.send({ type });
    expect(bench.send(ended(0), committed(0)).at(-1)).toEqual({ type: 'setStatus', to: 'completed' });
  }
});

test('the pool having less room slows the run down, and more room lets it go on', () => {
  const { bench } = started(zeros(9), { concurrency: 3, ahead: 0 });
  expect(bench.send({ type: 'capacity.changed', slots: 1 }, ended(0), ended(1))).toEqual([commit(0)]);
  expect(bench.send({ type: 'capacity.changed', slots: 0 }, ended(2))).toEqual([]);
  expect(bench.send({ type: 'capacity.changed', slots: 2 })).toEqual([{ type: 'claim', indexes: [3, 4] }]);
});

test('what the pool had room for before the plan was read is remembered', () => {
  const bench = new Bench({ concurrency: 3, ahead: 0 });
  bench.take();
  bench.send({ type: 'capacity.changed', slots: 1 });
  expect(bench.load(zeros(9))).toEqual([{ type: 'claim', indexes: [0] }]);
});

test('in JSON the books are a summary', () => {
  const { bench } = started([3, 0, 0, 0], { concurrency: 2, ahead: 0 });
  expect(JSON.parse(JSON.stringify(bench.context.book))).toEqual({
    total: 4,
    pending: 1,
    leased: 2,
    started: 2,
    finished: 0,
    committed: 1,
    frontier: 1,
  });
});

test('steps within an action of another actor without a warning of XState', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => warn.mockRestore());
  const bench = new Bench();
  createActor(createMachine({ entry: () => void bench.load([0, 0]) })).start();
  expect(bench.state).toBe('running');
  expect(warn).not.toHaveBeenCalled();
});
