import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideOccurrences,
  MISSED_AFTER_MS,
  MOST_QUEUED,
  SPREAD_MS,
} from '../../../../src/machines/work/schedule/decide.js';
import { dueInstants, type Instants, MOST_CAUGHT_UP } from '../../../../src/machines/work/schedule/due.js';
import { CATCH_UPS, OVERLAPS } from '../../../../src/machines/work/schedule/spec.js';

/** One each so many milliseconds, from 0 on, and how often it was asked. */
function every(stepMs: number): Instants & { readonly asked: () => number } {
  let asked = 0;
  const of = (moment: number) => {
    asked += 1;
    return moment;
  };
  return {
    after: (moment) => of((Math.floor(moment / stepMs) + 1) * stepMs),
    upTo: (moment) => of(Math.floor(moment / stepMs) * stepMs),
    asked: () => asked,
  };
}

/** What is due, with all of its turns taken at once. */
function due(instants: Instants, cursor: number, now: number) {
  const steps = dueInstants(instants, cursor, now);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const rule = { catchUp: 'all', overlap: 'allow', jitterMs: 0 } as const;
const decide = (
  parts: Partial<Parameters<typeof decideOccurrences>[0]>,
  [cursor, now, unfinished = 0]: readonly [number, number, number?],
  stepMs = HOUR,
) => decideOccurrences({ ...rule, ...parts }, due(every(stepMs), cursor, now), { name: 'n', cursor, now, unfinished });

describe('what is due', () => {
  it('is found in few steps, however long nobody looked', () => {
    const instants = every(SECOND);
    const found = due(instants, 0, 400 * DAY);
    expect(found.newest).toHaveLength(MOST_CAUGHT_UP);
    expect(found.newest.at(-1)).toBe(400 * DAY);
    expect(found.earlier).toEqual({ since: SECOND, at: 400 * DAY - MOST_CAUGHT_UP * SECOND });
    expect(found.next).toBe(400 * DAY + SECOND);
    expect(instants.asked()).toBeLessThan(3 * MOST_CAUGHT_UP);
  });

  it('is exactly what can be made, when there is no more', () => {
    const found = due(every(SECOND), 0, MOST_CAUGHT_UP * SECOND);
    expect(found).toMatchObject({ earlier: null, next: (MOST_CAUGHT_UP + 1) * SECOND });
    expect(found.newest).toHaveLength(MOST_CAUGHT_UP);
  });

  it('is nothing before its time, and when a clock went back', () => {
    expect(due(every(HOUR), 0, HOUR - 1)).toEqual({ newest: [], earlier: null, next: HOUR });
    expect(due(every(HOUR), 30 * HOUR, 6 * HOUR)).toEqual({ newest: [], earlier: null, next: 31 * HOUR });
  });
});

describe('instants that nobody looked at in time', () => {
  it('none: are skipped, but for the newest when it is hardly late', () => {
    const late = 5 * HOUR + MISSED_AFTER_MS;
    expect(decide({ catchUp: 'none' }, [0, late])).toEqual({
      made: [{ at: 5 * HOUR, notBefore: null }],
      skipped: [{ since: HOUR, at: 4 * HOUR, count: 4, reason: 'missed' }],
      cursor: 5 * HOUR,
    });
    expect(decide({ catchUp: 'none' }, [0, late + 1])).toEqual({
      made: [],
      skipped: [{ since: HOUR, at: 5 * HOUR, count: 5, reason: 'missed' }],
      cursor: 5 * HOUR,
    });
  });

  it('last: the newest is made, the others are skipped', () => {
    expect(decide({ catchUp: 'last' }, [0, 3.9 * HOUR])).toEqual({
      made: [{ at: 3 * HOUR, notBefore: null }],
      skipped: [{ since: HOUR, at: 2 * HOUR, count: 2, reason: 'missed' }],
      cursor: 3 * HOUR,
    });
  });

  it('all: are made, one each second', () => {
    const now = 3.5 * HOUR;
    expect(decide({}, [0, now]).made).toEqual([
      { at: HOUR, notBefore: null },
      { at: 2 * HOUR, notBefore: now + SPREAD_MS },
      { at: 3 * HOUR, notBefore: now + 2 * SPREAD_MS },
    ]);
  });

  it('all: are a hundred at most, the newest', () => {
    const { made, skipped } = decide({}, [0, 250 * HOUR]);
    expect(made.map(({ at }) => at / HOUR)).toEqual(Array.from({ length: 100 }, (_, index) => 151 + index));
    expect(skipped).toEqual([{ since: HOUR, at: 150 * HOUR, count: null, reason: 'limit' }]);
  });
});

describe('instants while an earlier job has not ended', () => {
  it('skip: are skipped, also after one that they come with', () => {
    const skipped = { since: 2 * HOUR, at: 3 * HOUR, count: 2, reason: 'overlap' };
    expect(decide({ overlap: 'skip' }, [HOUR, 3 * HOUR, 1])).toMatchObject({ made: [], skipped: [skipped] });
    expect(decide({ overlap: 'skip' }, [0, 3 * HOUR])).toMatchObject({ made: [{ at: HOUR }], skipped: [skipped] });
  });

  it('queue: are made, as long as a hundred do not wait already', () => {
    expect(decide({ overlap: 'queue' }, [0, 2 * HOUR, MOST_QUEUED - 1])).toMatchObject({
      made: [{ at: HOUR }],
      skipped: [{ since: 2 * HOUR, at: 2 * HOUR, count: 1, reason: 'full' }],
    });
  });

  it('allow: are made, whatever runs', () => {
    expect(decide({}, [0, HOUR, 5000])).toMatchObject({ made: [{ at: HOUR }], skipped: [] });
  });
});

describe('the jitter', () => {
  it('is the same for the same occurrence, never early, and spreads schedules of one minute', () => {
    const delays = Array.from({ length: 200 }, (_, index) => {
      const standing = { name: `schedule-${index}`, cursor: 0, now: HOUR, unfinished: 0 };
      const [first, again] = [0, 1].map(() =>
        decideOccurrences({ ...rule, jitterMs: 1000 }, due(every(HOUR), 0, HOUR), standing),
      );
      expect(again).toEqual(first);
      return (first?.made[0]?.notBefore ?? HOUR) - HOUR;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(1000);
    expect(new Set(delays.map((delay) => Math.floor(delay / 100))).size).toBe(10);
  });
});

/** Time passes, the machine sleeps, or its clock is set, by up to two days either way. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 * HOUR }) },
  { weight: 1, arbitrary: fc.integer({ min: -2 * DAY, max: 2 * DAY }) },
  fc.constantFrom(DAY, -DAY, 400 * DAY),
);

const life = fc.record({
  catchUp: fc.constantFrom(...CATCH_UPS),
  overlap: fc.constantFrom(...OVERLAPS),
  stepMs: fc.constantFrom(SECOND, 60_000, HOUR, 23 * HOUR),
  moves: fc.array(fc.record({ ms: step, ended: fc.integer({ min: 0, max: 3 }) }), { minLength: 1, maxLength: 15 }),
});

describe('a schedule through suspends and clocks that are set', () => {
  it('decides each instant once, and never goes back', () => {
    fc.assert(
      fc.property(life, ({ catchUp, overlap, stepMs, moves }) => {
        const instants = every(stepMs);
        let [cursor, now, unfinished] = [0, 0, 0];
        /** Written apart: up to where everything was decided, one after the other, without hole or repetition. */
        let decided = 0;
        for (const { ms, ended } of moves) {
          now = Math.max(0, now + ms);
          unfinished = Math.max(0, unfinished - ended);
          const decision = decideOccurrences({ ...rule, catchUp, overlap }, due(instants, cursor, now), {
            ...{ name: 'n', cursor, now, unfinished },
          });
          const entries = [
            ...decision.made.map(({ at }) => ({ since: at, at, count: 1 })),
            ...decision.skipped,
          ].toSorted((a, b) => a.since - b.since);
          for (const { since, at, count } of entries) {
            expect(since).toBe(decided + stepMs);
            if (count !== null) expect(at - since).toBe((count - 1) * stepMs);
            decided = at;
          }
          expect(decided).toBe(Math.max(cursor, Math.floor(now / stepMs) * stepMs));
          expect(decision.cursor).toBe(decided);
          expect(decision.made.length).toBeLessThanOrEqual(catchUp === 'all' ? MOST_CAUGHT_UP : 1);
          if (overlap === 'skip' && unfinished > 0) expect(decision.made).toEqual([]);
          cursor = decision.cursor;
          unfinished += decision.made.length;
          if (overlap === 'queue') expect(unfinished).toBeLessThanOrEqual(MOST_QUEUED);
        }
      }),
      { numRuns: 50 },
    );
  });
});
