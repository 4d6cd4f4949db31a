import { describe, expect, it } from 'vitest';
import { Affinity, type AffinityOptions } from '../../../src/actors/call/affinity.js';
import type { Seat } from '../../../src/actors/pool/work-queue.js';

function setup(options: Partial<AffinityOptions> = {}) {
  let now = 0;
  const clock = { now: () => now, setTimeout: () => null, clearTimeout: () => undefined };
  const gone = new Set<Seat>();
  const affinity = new Affinity<Seat>(
    { pool: '/p', policy: 'hint', ttl: 1000, limit: 2, clock, ...options },
    (seat) => !gone.has(seat),
  );
  const seat: Seat = { id: '1', load: 0, capacity: 1, lastUsed: 0 };
  const use = (session: string) => {
    const wish = affinity.wish(session);
    affinity.bind(session, seat);
    return wish;
  };
  return { affinity, seat, gone, use, pass: (ms: number) => (now += ms) };
}

describe('the calls of one session', () => {
  it('prefer the worker of the last one by a hint, and require it strictly', () => {
    const hint = setup();
    expect([hint.use('a'), hint.use('a')]).toEqual([{}, { prefers: hint.seat }]);
    const strict = setup({ policy: 'strict-queue' });
    expect([strict.use('a'), strict.use('a')]).toEqual([{}, { requires: strict.seat }]);
  });

  it('are refused strictly at once when their worker has no room, if the policy says so', () => {
    const { seat, use } = setup({ policy: 'strict-fail' });
    use('a');
    seat.load = 1;
    expect(() => use('a')).toThrow(expect.objectContaining({ code: 'ESP_QUEUE_FULL' }));
  });

  it.each(['strict-queue', 'strict-fail'] as const)('are told once that their worker is gone: %s', (policy) => {
    const { seat, gone, use } = setup({ policy });
    use('a');
    gone.add(seat);
    expect(() => use('a')).toThrow(expect.objectContaining({ code: 'ESP_SESSION_LOST' }));
    expect(use('a')).toEqual({});
  });

  it('are forgotten when none came for so long', () => {
    const { use, pass, seat } = setup();
    use('a');
    pass(999);
    expect(use('a')).toEqual({ prefers: seat });
    pass(1000);
    expect(use('a')).toEqual({});
  });

  it('are bounded: a session too many is refused until another has run out', () => {
    const { affinity, use, pass } = setup();
    use('a');
    pass(500);
    use('b');
    expect(() => use('c')).toThrow(expect.objectContaining({ code: 'ESP_QUEUE_FULL' }));
    pass(500);
    expect(use('c')).toEqual({});
    expect(affinity.size).toBe(2);
  });
});
