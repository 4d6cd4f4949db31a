import { expect, it } from 'vitest';
import { textOf } from '../../src/transport/inspector/doors/text.js';
import type { WireEvent } from '../../src/transport/inspector/protocol/wire.js';
import { createRedactor } from '../../src/transport/inspector/redactor.js';
import { Ring } from '../../src/transport/inspector/service/ring.js';

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

it('clients that follow without a filter are told the same events', () => {
  const ring = new Ring(createRedactor());
  ring.reset(0);
  const push = (seq: number) => ring.push({ seq, at: 1, runId: 'h', type: 'run.paused', data: { run: 'r' } });
  for (const seq of [1, 2, 3]) push(seq);
  const first = ring.after(1, {}, 10);
  expect(first.events.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(ring.after(1, {}, 10).events).toBe(first.events);
  expect(ring.after(2, {}, 10).events.map(({ seq }) => seq)).toEqual([3]);
  expect(ring.after(1, { types: ['x.y'] }, 10).events).toEqual([]);
  push(4);
  expect(ring.after(1, {}, 10).events.map(({ seq }) => seq)).toEqual([2, 3, 4]);
  ring.reset(10);
  expect(ring.after(1, {}, 10)).toEqual({ events: [], seq: 10 });
});
