import { Cron } from 'croner';
import { EspalierError, toErrorRecord } from '../../../errors.js';
import type { Instants } from '../../../machines/work/schedule/due.js';
import type { ScheduleSpec } from '../../../machines/work/schedule/spec.js';

/**
 * The instants of a schedule's timing, within its bounds. A local time that a clock leaves out is the moment at which it
 * goes on; of one that it shows twice, a rule with a fixed hour takes the first, one of each hour takes both.
 *
 * The library computes instants and nothing else: none of its timers runs, and what it thinks to be now is never asked.
 *
 * @throws EspalierError `ESP_INVALID` for a rule or a time zone that is none
 * @example
 * const daily = { timing: { kind: 'cron', cron: '30 2 * * *', timezone: 'America/New_York' }, from: null, until: null } as const;
 * instantsOf(daily).after(Date.parse('2026-03-08T05:00:00Z')) === Date.parse('2026-03-08T07:00:00Z'); // true
 */
export function instantsOf({ timing, from, until }: Pick<ScheduleSpec, 'timing' | 'from' | 'until'>): Instants {
  const all = timing.kind === 'at' ? once(timing.at) : byRule(timing.cron, timing.timezone);
  const first = from ?? Number.NEGATIVE_INFINITY;
  const last = until ?? Number.POSITIVE_INFINITY;
  return {
    after: (moment) => {
      const found = all.after(Math.max(moment, first - 1));
      return found !== null && found <= last ? found : null;
    },
    upTo: (moment) => {
      const found = all.upTo(Math.min(moment, last));
      return found !== null && found >= first ? found : null;
    },
  };
}

function once(at: number): Instants {
  return { after: (moment) => (at > moment ? at : null), upTo: (moment) => (at <= moment ? at : null) };
}

function byRule(cron: string, timezone: string): Instants {
  const rule = parsed(cron, timezone);
  return {
    after: (moment) => rule.nextRun(new Date(moment))?.getTime() ?? null,
    // What it is asked for lies before the moment that it is given.
    upTo: (moment) => rule.previousRuns(1, new Date(moment + 1))[0]?.getTime() ?? null,
  };
}

function parsed(cron: string, timezone: string): Cron {
  let rule: Cron;
  try {
    rule = new Cron(cron, { timezone, paused: true });
    rule.nextRun(new Date(0));
  } catch (cause) {
    const why = toErrorRecord(cause).message;
    throw new EspalierError('ESP_INVALID', `${JSON.stringify(cron)} in ${timezone} is no schedule: ${why}`, { cause });
  }
  // It reads a date as well, as a rule for one moment: that is what `at` says.
  if (rule.getOnce() === null) return rule;
  throw new EspalierError('ESP_INVALID', `${JSON.stringify(cron)} is a date: a schedule for one moment has 'at'`);
}
