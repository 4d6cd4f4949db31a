import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantsOf } from '../../../../src/persistence/families/schedules/instants.js';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const UNBOUND = { from: null, until: null } as const;
const rule = (cron: string, timezone = 'UTC') => instantsOf({ timing: { kind: 'cron', cron, timezone }, ...UNBOUND });

/** The instants after a moment, up to another one. */
function between(instants: ReturnType<typeof instantsOf>, from: number, to: number): string[] {
  const found: string[] = [];
  for (let at = instants.after(from); at !== null && at <= to; at = instants.after(at)) {
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

const time = (text: string) => Date.parse(`${text}Z`);

describe('the instants of a rule', () => {
  it('in a gap of the clock: is the moment at which it goes on', () => {
    const daily = rule('30 2 * * *', 'America/New_York');
    expect(between(daily, time('2026-03-07T00:00'), time('2026-03-10T00:00'))).toEqual([
      '2026-03-07T07:30',
      '2026-03-08T07:00',
      '2026-03-09T06:30',
    ]);
  });

  it('in a gap of half an hour: loses no day', () => {
    const daily = rule('15 2 * * *', 'Australia/Lord_Howe');
    expect(between(daily, time('2026-10-02T00:00'), time('2026-10-05T00:00'))).toEqual([
      '2026-10-02T15:45',
      '2026-10-03T15:30',
      '2026-10-04T15:15',
    ]);
  });

  it('in an hour that comes twice: of one hour once, of each hour twice', () => {
    const [from, to] = [time('2026-11-01T05:00'), time('2026-11-01T08:00')];
    expect(between(rule('30 1 * * *', 'America/New_York'), from, to)).toEqual(['2026-11-01T05:30']);
    expect(between(rule('30 * * * *', 'America/New_York'), from, to)).toEqual([
      '2026-11-01T05:30',
      '2026-11-01T06:30',
      '2026-11-01T07:30',
    ]);
  });

  it('on 31 February: is none, and says so soon', () => {
    expect(rule('0 0 31 2 *').after(0)).toBeNull();
    expect(rule('0 0 31 2 *').upTo(time('2026-01-01T00:00'))).toBeNull();
  });

  it('lies within its bounds, which belong to it', () => {
    const timing = { kind: 'cron', cron: '0 * * * *', timezone: 'UTC' } as const;
    const [from, until] = [time('2026-01-01T01:00'), time('2026-01-01T03:00')];
    const bound = instantsOf({ timing, from, until });
    expect(between(bound, 0, time('2026-02-01T00:00'))).toEqual([
      '2026-01-01T01:00',
      '2026-01-01T02:00',
      '2026-01-01T03:00',
    ]);
    expect(bound.upTo(time('2026-02-01T00:00'))).toBe(until);
    expect(bound.upTo(from - 1)).toBeNull();
  });

  it('is one, for what has an instant in place of a rule', () => {
    const once = instantsOf({ timing: { kind: 'at', at: 5 }, ...UNBOUND });
    expect([once.after(4), once.after(5), once.upTo(4), once.upTo(5)]).toEqual([5, null, null, 5]);
  });

  it.each(['61 * * * *', '* * *', '2026-01-01T00:00:00Z', 'soon'])('refuses %j', (cron) => {
    expect(() => rule(cron)).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
  });

  it('refuses a time zone that there is not', () => {
    expect(() => rule('* * * * *', 'Mars/Olympus')).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
  });
});

/** Three days with a change of the clock in the middle. */
const CHANGES = [
  ['America/New_York', '2026-03-07T06:00'],
  ['America/New_York', '2026-10-31T06:00'],
  ['Australia/Lord_Howe', '2026-04-03T00:00'],
  ['Australia/Lord_Howe', '2026-10-02T00:00'],
  ['Europe/Berlin', '2026-03-28T00:00'],
  ['Europe/Berlin', '2026-10-24T00:00'],
] as const;

/** What the clock on the wall shows at each minute of these days, from the table of time zones alone. */
const walls = new Map(
  CHANGES.map((change) => {
    const [timeZone, from] = change;
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    const minutes = Array.from({ length: 72 * 60 }, (_, minute) => time(from) + minute * MINUTE);
    return [
      change,
      minutes.map((at) => ({ at, day: format.format(at).slice(0, 10), wall: format.format(at).slice(11) })),
    ];
  }),
);

const two = (value: number) => String(value).padStart(2, '0');
const moment = fc.record({
  change: fc.constantFrom(...CHANGES),
  hour: fc.integer({ min: 0, max: 3 }),
  minute: fc.integer({ min: 0, max: 59 }),
});

describe('around each change of a clock', () => {
  it('a rule of one hour comes once a day: at the first such moment, or where a gap ends', () => {
    fc.assert(
      fc.property(moment, ({ change, hour, minute }) => {
        const wall = walls.get(change) ?? [];
        const [timezone] = change;
        const said = `${two(hour)}:${two(minute)}`;
        const days = [...new Set(wall.map(({ day }) => day))].slice(1, -1);
        const expected = days.map((day) => wall.find((one) => one.day === day && one.wall >= said)?.at);
        const daily = rule(`${minute} ${hour} * * *`, timezone);
        const [first] = wall.filter(({ day }) => day === days[0]);
        const last = wall.findLast(({ day }) => day === days.at(-1));
        const found = between(daily, (first?.at ?? 0) - 1, last?.at ?? 0);
        expect(found).toEqual(expected.map((at) => new Date(at ?? 0).toISOString().slice(0, 16)));
      }),
      { numRuns: 40 },
    );
  });

  it('a rule of each hour comes whenever the clock shows its minute', () => {
    fc.assert(
      fc.property(moment, ({ change, minute }) => {
        const wall = walls.get(change) ?? [];
        const from = wall[0]?.at ?? 0;
        const expected = wall.filter((one) => one.wall.slice(3) === two(minute)).map(({ at }) => at);
        const hourly = rule(`${minute} * * * *`, change[0]);
        expect(between(hourly, from - 1, from + 72 * HOUR - 1)).toEqual(
          expected.map((at) => new Date(at).toISOString().slice(0, 16)),
        );
      }),
      { numRuns: 8 },
    );
  });

  it('going back finds what going on has found', () => {
    fc.assert(
      fc.property(
        moment,
        fc.constantFrom('M H * * *', 'M * * * *', '*/20 1-2 * * *'),
        ({ change, hour, minute }, form) => {
          const [timezone, from] = change;
          const instants = rule(form.replace('M', String(minute)).replace('H', String(hour)), timezone);
          const [begin, end] = [time(from), time(from) + 72 * HOUR];
          const back: string[] = [];
          for (let at = instants.upTo(end); at !== null && at > begin; at = instants.upTo(at - 1)) {
            back.unshift(new Date(at).toISOString().slice(0, 16));
          }
          expect(back).toEqual(between(instants, begin, end));
        },
      ),
      { numRuns: 8 },
    );
  });
});
