import { expect, it } from 'vitest';
import { newJobId, slotJobId } from '../../../../src/machines/ids/job-id.js';
import type { Watch } from '../../../../src/persistence/contract/journal.js';
import { Pulses } from '../../../../src/persistence/families/journal/pulse.js';
import { type ReadNews, TopicWatches } from '../../../../src/persistence/families/journal/topic-watches.js';
import type { News } from '../../../../src/persistence/families/journal/topics.js';
import type { EventRow } from '../../../../src/persistence/forms/event.js';

function row(seq: number, ctx: object, type = 'slot.committed'): EventRow {
  return { seq, run_id: 'host-a', at: 0, type, path: null, incarnation: null, ctx: JSON.stringify(ctx), data: '{}' };
}

/** Watches over a journal that the test plays: what is read of it is answered when it is said so. */
function played(head = 0) {
  const asked: Parameters<ReadNews>[0][] = [];
  const waiting: { resolve(news: News): void; reject(error: Error): void }[] = [];
  const told: boolean[] = [];
  const pulses = new Pulses((on) => told.push(on));
  const topics = new TopicWatches(pulses, (args) => {
    asked.push(args);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const answer = async (news: News) => {
    waiting.shift()?.resolve(news);
    await turn();
  };
  const refuse = async () => {
    waiting.shift()?.reject(new Error('unreadable'));
    await turn();
  };
  return { pulses, topics, asked, told, answer, refuse, begun: () => answer({ rows: [], head }), turn };
}

/** How often somebody has been woken. */
function counted(watch: Watch): { times: number } {
  const woken = { times: 0 };
  const wait = async (): Promise<void> => {
    for (;;) {
      await watch.next();
      woken.times += 1;
    }
  };
  wait().catch(() => undefined);
  return woken;
}

it('wakes who waits for a run at each commit of this process about it, and none of a thousand others', async () => {
  const { pulses, topics, begun, turn, asked } = played();
  const others = Array.from({ length: 1000 }, (_, n) => counted(topics.watch({ run: `other-${n}` })));
  const own = counted(topics.watch({ run: 'run' }));
  await begun();
  for (let seq = 1; seq <= 5; seq += 1) {
    pulses.pulse({ events: [row(seq, { run: 'run', index: seq, attempt: 1 })] });
    await turn();
  }
  expect([own.times, others.filter(({ times }) => times > 0).length]).toEqual([5, 0]);
  expect(asked.length, 'what this process commits is not read again').toBe(1);
});

it('wakes who waits for a slot, or for a job without a run, at what is about that alone', async () => {
  const { pulses, topics, begun, turn } = played();
  const alone = newJobId(1, '0123456789abcdef');
  const slot = counted(topics.watch({ job: slotJobId('run', 1) }));
  const job = counted(topics.watch({ job: alone }));
  await begun();
  pulses.pulse({ events: [row(1, { run: 'run', index: 0, attempt: 1 }), row(2, { run: 'run' }, 'run.paused')] });
  await turn();
  expect([slot.times, job.times]).toEqual([0, 0]);
  pulses.pulse({ events: [row(3, { run: 'run', index: 1, attempt: 1 })] });
  // As stores of before have it.
  pulses.pulse({ events: [row(4, { job: alone, attempt: 1 })] });
  await turn();
  expect([slot.times, job.times]).toEqual([1, 1]);
});

it('wakes who waits for some types at those alone', async () => {
  const { pulses, topics, begun, turn } = played();
  const woken = counted(topics.watch({ run: 'run' }, ['run.asked']));
  await begun();
  pulses.pulse({ events: [row(1, { run: 'run', index: 0 }), row(2, { run: 'other' }, 'run.asked')] });
  await turn();
  expect(woken.times).toBe(0);
  pulses.pulse({ events: [row(3, { run: 'run' }, 'run.asked')] });
  await turn();
  expect(woken.times).toBe(1);
});

it('reads what another process has journalled, after what is known, and asks only for what somebody waits for', async () => {
  const { pulses, topics, asked, answer, begun } = played(7);
  const woken = counted(topics.watch({ run: 'run' }));
  topics.watch({ job: slotJobId('theirs', 3) });
  await begun();
  pulses.pulse({ head: 9 });
  await answer({ rows: [{ type: 'slot.committed', run: 'run', index: 0 }], head: 9 });
  expect(asked).toEqual([
    { after: null, runs: ['run'], jobs: [], queues: [] },
    { after: 7, runs: ['run', 'theirs'], jobs: [], queues: [] },
  ]);
  expect(woken.times).toBe(1);
});

it('reads nothing while the journal stands, whatever else is written, nor what this process has told', async () => {
  const { pulses, topics, asked, begun, turn } = played(7);
  const woken = counted(topics.watch({ run: 'run' }));
  await begun();
  pulses.pulse({ head: 7 });
  pulses.pulse({ events: [row(8, { run: 'other' })] });
  pulses.pulse({ events: [] });
  pulses.pulse({ head: 8 });
  await turn();
  expect([asked.length, woken.times]).toEqual([1, 0]);
});

it('reads what lies between two commits of this process, for somebody else wrote it', async () => {
  const { pulses, topics, asked, begun } = played(7);
  topics.watch({ run: 'run' });
  await begun();
  pulses.pulse({ events: [row(9, { run: 'other' })] });
  pulses.pulse({ head: 9 });
  expect(asked.at(-1)?.after).toBe(7);
});

it('reads once more what came while it was reading', async () => {
  const { pulses, topics, asked, answer, begun } = played();
  const woken = counted(topics.watch({ run: 'run' }));
  await begun();
  pulses.pulse({ head: 1 });
  pulses.pulse({ head: 2 });
  await answer({ rows: [], head: 1 });
  expect(asked.map(({ after }) => after)).toEqual([null, 0, 1]);
  await answer({ rows: [{ type: 'run.paused', run: 'run' }], head: 2 });
  expect(woken.times).toBe(1);
});

it('wakes everybody when the journal cannot be read, and once it can be: what came may have been for them', async () => {
  const { pulses, topics, refuse, answer, begun } = played();
  const woken = counted(topics.watch({ run: 'run' }));
  await begun();
  pulses.pulse({ head: 1 });
  await refuse();
  expect(woken.times).toBe(1);
  pulses.pulse({ head: null });
  await answer({ rows: [], head: 3 });
  expect(woken.times).toBe(2);
});

it('listens while somebody waits, and begins anew with the next', async () => {
  const { topics, told, asked, begun } = played();
  const watch = topics.watch({ run: 'run' });
  topics.watch({ run: 'other' })[Symbol.dispose]();
  await begun();
  watch[Symbol.dispose]();
  watch[Symbol.dispose]();
  expect(told).toEqual([true, false]);
  topics.watch({ run: 'run' });
  expect([told, asked.map(({ after }) => after)]).toEqual([
    [true, false, true],
    [null, null],
  ]);
});

it('rejects every wait, now and later, once the store is closed', async () => {
  const { pulses, topics } = played();
  const waiting = topics.watch({ run: 'run' }).next();
  pulses.end(new Error('closed'));
  await expect(waiting).rejects.toThrow('closed');
  await expect(topics.watch({ run: 'run' }).next()).rejects.toThrow('closed');
});
