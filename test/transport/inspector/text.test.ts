import { expect, it } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.js';
import { textOf } from '../../../src/transport/inspector/doors/text.js';
import { LIMITS } from '../../../src/transport/inspector/limits.js';
import type { WireEvent } from '../../../src/transport/inspector/protocol/wire.js';
import { type Batch, Ring } from '../../../src/transport/inspector/shown/ring.js';

const event = (seq: number, data: Record<string, unknown> = {}): WireEvent => ({
  ...{ seq, at: 1, runId: 'h', type: 'run.paused', path: null, incarnation: null, ctx: {} },
  data,
});

it('a message is the JSON that it would be anyhow', () => {
  for (const events of [[], [event(1, { text: '"},{' })], [event(1), event(2)]]) {
    const message = { type: 'events', id: 7, seq: 2, events } as const;
    expect(JSON.parse(textOf(message))).toEqual(message);
  }
  const alive = { type: 'alive', at: 1, seq: 2 } as const;
  expect(textOf(alive)).toBe(JSON.stringify(alive));
});

it('events that many clients are told are written down once', () => {
  let written = 0;
  const data = { toJSON: () => `${++written}` };
  const events = [event(1, data)];
  const texts = [1, 2, 3].map((id) => textOf({ type: 'events', id, seq: 1, events }));
  expect(written).toBe(1);
  expect(texts.map((text) => JSON.parse(text).id)).toEqual([1, 2, 3]);
});

const ringOf = (count: number, data: { run: string }) => {
  const ring = new Ring(createRedactor());
  ring.reset(0);
  for (let seq = 1; seq <= count; seq += 1)
    ring.push({ seq, at: 1, runId: 'h', type: 'run.paused', path: seq % 2 === 1 ? '/odd' : '/even', data });
  return ring;
};
const seqs = (batches: readonly Batch[]) => batches.map((batch) => batch.events.map(({ seq }) => seq));

it('clients that follow without a filter are told the same events', () => {
  const ring = ringOf(3, { run: 'r' });
  const first = ring.after(1, {}, 10);
  expect(seqs(first)).toEqual([[2, 3]]);
  expect(ring.after(1, {}, 10)).toBe(first);
  expect(seqs(ring.after(2, {}, 10))).toEqual([[3]]);
  expect(ring.after(1, { types: ['x.y'] }, 10)).toEqual([{ events: [], seq: 3 }]);
  ring.push({ seq: 4, at: 1, runId: 'h', type: 'run.paused', data: { run: 'r' } });
  expect(seqs(ring.after(1, {}, 10))).toEqual([[2, 3, 4]]);
  ring.reset(10);
  expect(ring.after(1, {}, 10)).toEqual([{ events: [], seq: 10 }]);
});

it('events that are large come in several messages, in order, each once, and each with how far it goes', () => {
  const ring = ringOf(40, { run: 'x'.repeat(4000) });
  const found = ring.after(0, {}, 100);
  expect(seqs(found).flat()).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  expect(found.length).toBeGreaterThan(2);
  for (const { events } of found) expect(JSON.stringify(events).length).toBeLessThan(LIMITS.eventsSize + 5000);
  expect(found.map(({ seq }) => seq)).toEqual(seqs(found).map((batch) => batch.at(-1)));
  expect(ring.after(0, {}, 20).at(-1)?.seq).toBe(20);
  // What was looked at in vain after the last message is not looked at again.
  expect(ring.after(0, { path: '/odd' }, 100).at(-1)?.seq).toBe(40);
});

it('a ring that had to let go of events goes on right after its floor, and nothing is missing or told twice', () => {
  for (const more of [0, 1, LIMITS.ring - 1, LIMITS.ring]) {
    const count = 2 * LIMITS.ring + more;
    const ring = ringOf(count, { run: 'r' });
    // At twice its size it keeps that many; what came since is there too.
    const floor = more < LIMITS.ring ? LIMITS.ring : 2 * LIMITS.ring;
    expect([ring.floor, ring.head]).toEqual([floor, count]);
    const found = seqs(ring.after(ring.floor, {}, count)).flat();
    expect([found[0], found.at(-1), found.length]).toEqual([floor + 1, count, count - floor]);
  }
});
