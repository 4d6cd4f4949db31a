import { describe, expect, it } from 'vitest';
import type { NewJournalEvent } from '../../../src/machines/events.js';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import { type EventRow, eventText, parseEvent, parseEvents } from '../../../src/persistence/forms/event.js';

const ctx = { run: 'some-run', job: slotJobId('some-run', 7), attempt: 2 };
const events: readonly NewJournalEvent[] = [
  { type: 'attempt.ended', data: { jobId: ctx.job, attempt: 2, outcome: 'failed' }, ctx },
  { type: 'attempt.started', data: { jobId: ctx.job, attempt: 2 }, path: '/p/workers/1/worker', incarnation: 3, ctx },
  {
    type: 'slot.committed',
    data: { run: 'some-run', index: 7, status: 'failed' },
    ctx: { run: ctx.run, job: ctx.job },
  },
  { type: 'run.paused', data: { run: 'some-run' }, ctx: { run: 'some-run' } },
  { type: 'process.exited', data: { spawnId: 's', pid: 7, code: 0, signal: null }, ctx },
  { type: 'pool.ready', data: { size: 1 }, path: '/p' },
  // What does not repeat its context is kept as it is.
  { type: 'attempt.lost', data: { jobId: 'other:1', attempt: 9, reason: 'x' }, ctx },
  { type: 'run.stopped', data: { run: 'some-run' } },
];

const rowOf = (text: ReturnType<typeof eventText>): EventRow => ({ ...text, seq: 1, run_id: 'h', at: 1 });

describe('the ids of an event', () => {
  it.each(events)('are read as they were told: $type', (event) => {
    expect(parseEvent(rowOf(eventText(event)))).toEqual({ seq: 1, runId: 'h', at: 1, ...event });
  });

  it('are stored once', () => {
    for (const event of events.slice(0, 5)) {
      const { ctx, data } = eventText(event);
      expect(`${ctx}${data}`.match(/some-run/g), event.type).toHaveLength(1);
    }
  });

  it('are read as older versions stored them, in context and data', () => {
    const [event] = events;
    if (event === undefined) throw new Error('there is none');
    const row = { ...rowOf(eventText(event)), ctx: JSON.stringify(event.ctx), data: JSON.stringify(event.data) };
    expect(parseEvent(row)).toEqual({ seq: 1, runId: 'h', at: 1, ...event });
  });

  it('are refused where the job is none, at the door', () => {
    expect(() => eventText({ type: 'pool.ready', data: { size: 1 }, ctx: { job: 'nonsense' } })).toThrow(
      expect.objectContaining({ code: 'ESP_INVALID' }),
    );
  });
});

it('an event of a type that only a newer version knows is passed over, and the others are read', () => {
  const event = { type: 'run.paused', data: { run: 'r' }, ctx: { run: 'r' } } as const;
  const known = rowOf(eventText(event));
  const newer = { ...known, type: 'comet.seen' };
  expect(parseEvents([newer, known])).toEqual([parseEvent(known)]);
});
