import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jobNumber, newJob } from '../jobs/world.js';
import { BEGIN, HOUR, newSpec, scheduleWorld } from './world.js';

const keyRow = z.object({ key: z.string(), not_before: z.number().nullable(), deadline: z.number().nullable() });

describe('a schedule that is set', () => {
  it('again to the same: is unchanged, and tells nobody', () => {
    const { set, told, get } = scheduleWorld();
    expect(set(newSpec())).toBe('created');
    const before = get();
    expect(set(newSpec())).toBe('unchanged');
    const { job } = newSpec();
    const { queue, ...rest } = job;
    expect(set(newSpec({ job: { ...rest, queue } }))).toBe('unchanged');
    expect(get()).toEqual(before);
    expect(told().map(({ type }) => type)).toEqual(['schedule.set']);
  });

  it('while somebody else sets it: is looked at again', () => {
    const { set, play } = scheduleWorld();
    set(newSpec());
    const text = {
      by: '',
      name: 's',
      spec: JSON.stringify(newSpec({ jitterMs: 5 })),
      cursor: BEGIN,
      nextAt: BEGIN + 1,
    };
    expect(play('schedules.set', { ...text, revision: null })).toBe('stale');
    expect(play('schedules.set', { ...text, revision: 1 })).toBe('changed');
    expect(play('schedules.set', { ...text, revision: 1 })).toBe('stale');
  });

  it('to something else: never goes back, whatever cursor it is given', () => {
    const { set, get, clock, tick } = scheduleWorld();
    set(newSpec());
    clock.now += 3 * HOUR;
    tick();
    expect(get()?.cursor).toBe(BEGIN + 3 * HOUR);
    set(newSpec({ jitterMs: 5 }), { cursor: BEGIN - HOUR });
    expect(get()).toMatchObject({ cursor: BEGIN + 3 * HOUR, state: 'active' });
  });

  it('while it is paused: stays paused', () => {
    const { set, get, play } = scheduleWorld();
    set(newSpec());
    expect(play('schedules.pause', { by: '', name: 's' })).toBe(true);
    expect(set(newSpec({ jitterMs: 5 }))).toBe('changed');
    expect(get()).toMatchObject({ state: 'paused', nextAt: null });
  });

  it('to a rule without an instant: has ended, until another one has', () => {
    const { set, get } = scheduleWorld();
    set(newSpec({ until: BEGIN - 1 }), { nextAt: null });
    expect(get()?.state).toBe('ended');
    set(newSpec());
    expect(get()).toMatchObject({ state: 'active', nextAt: BEGIN + HOUR });
  });
});

describe('an instant that is due', () => {
  it('makes one job, whichever host is first', () => {
    const { set, due, tick, history, told, states, clock, get } = scheduleWorld();
    set(newSpec());
    clock.now += HOUR;
    const [ofA, ofB] = [due(), due()];
    expect(tick('a', ofA)).toBe(1);
    expect(tick('b', ofB)).toBe(0);
    expect(tick('a', ofA)).toBe(0);
    expect(history()).toEqual(['made 01:00']);
    expect(Object.values(states())).toEqual(['queued']);
    expect(get()).toMatchObject({ nextAt: BEGIN + 2 * HOUR, last: { jobState: 'queued' } });
    expect(told().map(({ type }) => type)).toEqual(['schedule.set', 'job.submitted', 'schedule.fired']);
  });

  it('is refused by the table a second time, were its fence gone', () => {
    const { set, due, tick, clock, db } = scheduleWorld();
    set(newSpec());
    clock.now += HOUR;
    const first = due();
    tick('a', first);
    db.run('UPDATE schedules SET cursor = ?', BEGIN);
    expect(tick('b', first)).toMatch(/UNIQUE|constraint/i);
  });

  it('is nothing any more once the schedule was changed, paused or removed', () => {
    for (const act of ['set', 'pause', 'remove'] as const) {
      const { set, due, tick, clock, states, play } = scheduleWorld();
      set(newSpec());
      clock.now += HOUR;
      const before = due();
      if (act === 'set') set(newSpec({ jitterMs: 1 }), { cursor: BEGIN });
      else play(`schedules.${act}`, { by: '', name: 's' });
      expect(tick('a', before)).toBe(0);
      expect(states()).toEqual({});
    }
  });

  it('is made by no host that was declared dead', () => {
    const { set, due, tick, clock, play } = scheduleWorld();
    set(newSpec({ catchUp: 'none' }));
    clock.now += 1.5 * HOUR;
    const found = due();
    play('hosts.fence', { runId: 'a', by: 'b' });
    expect(tick('a', found)).toBe('ESP_FENCED');
    expect(tick('b', found)).toBe(1);
  });

  it('is the key of its job, which may start late and must end in time', () => {
    const { set, tick, clock, db } = scheduleWorld();
    set(newSpec({ jitterMs: 60_000, job: { ...newSpec().job, deadlineMs: 500 } }));
    clock.now += HOUR;
    tick();
    const found = db.one(keyRow, 'SELECT key, not_before, deadline FROM job_details');
    expect(found?.key).toBe('s@2026-06-01T01:00:00.000Z');
    expect(found?.not_before).toBeGreaterThan(clock.now);
    expect(found?.deadline).toBe((found?.not_before ?? 0) + 500);
  });

  it('is skipped, and stops nothing else, when its key belongs to another job', () => {
    const { set, tick, clock, submit, history } = scheduleWorld();
    set(newSpec());
    submit(newJob(1, { key: { key: 's@2026-06-01T01:00:00.000Z', digest: 'other', ever: false } }));
    clock.now += 2 * HOUR;
    expect(tick()).toBe(1);
    expect(history()).toEqual(['key 01:00', 'made 02:00']);
  });

  it('makes nothing a second time when the clock goes back by a day, or goes on by one first', () => {
    const { set, tick, clock, history } = scheduleWorld();
    set(newSpec());
    clock.now += HOUR;
    tick();
    clock.now += 24 * HOUR;
    tick();
    const before = history();
    clock.now -= 24 * HOUR;
    for (let hours = 0; hours < 24; hours += 1) {
      clock.now += HOUR / 2;
      expect(tick()).toBe(0);
    }
    expect(history()).toEqual(before);
    clock.now = BEGIN + 26 * HOUR;
    tick();
    expect(history().slice(before.length)).toEqual(['made 02:00']);
  });

  it('is the last one of a schedule that ends with it', () => {
    const { set, tick, clock, get, told } = scheduleWorld();
    set(newSpec({ timing: { kind: 'at', at: BEGIN + HOUR } }));
    clock.now += HOUR;
    expect(tick()).toBe(1);
    expect(get()).toMatchObject({ state: 'ended', nextAt: null });
    expect(tick()).toBe(0);
    expect(told().at(-1)).toMatchObject({ type: 'schedule.ended' });
  });
});

describe('an instant while an earlier job has not ended', () => {
  it('skip: is skipped, also in its backoff, and made again once that has ended', () => {
    const { set, tick, clock, claim, finish, history } = scheduleWorld();
    set(newSpec({ overlap: 'skip' }));
    clock.now += HOUR;
    tick();
    expect(claim()).toMatchObject([{ key: 's@2026-06-01T01:00:00.000Z' }]);
    clock.now += HOUR;
    tick();
    finish(101, 1, 'failed');
    clock.now += HOUR;
    tick();
    clock.now += 1000;
    tick();
    expect(history()).toEqual(['made 01:00', 'overlap 02:00', 'overlap 03:00']);
  });

  it('skip: goes on when the job was cancelled, or is not kept any more', () => {
    const { set, tick, clock, play, history } = scheduleWorld();
    set(newSpec({ overlap: 'skip' }));
    clock.now += HOUR;
    tick();
    play('jobs.cancel', { by: '', jobId: jobNumber(101), reason: null });
    clock.now += HOUR;
    tick();
    expect(history()).toEqual(['made 01:00', 'made 02:00']);
  });

  it('queue: starts after those before it, however they end', () => {
    const { set, tick, clock, claim, finish, states, play } = scheduleWorld();
    set(newSpec({ overlap: 'queue' }));
    for (let hours = 0; hours < 3; hours += 1) {
      clock.now += HOUR;
      tick();
    }
    expect(Object.values(states())).toEqual(['queued', 'blocked', 'blocked']);
    claim();
    // The one in the middle is gone: the third still waits for the first.
    play('jobs.cancel', { by: '', jobId: jobNumber(102), reason: null });
    expect(Object.values(states())).toEqual(['running', 'cancelled', 'blocked']);
    finish(101, 1, 'failed');
    clock.now += 100;
    play('jobs.tick', { owner: 'a' });
    claim();
    finish(101, 2, 'failed');
    expect(Object.values(states())).toEqual(['failed', 'cancelled', 'queued']);
  });
});

describe('a schedule that is paused', () => {
  it('makes nothing, and says of what passed that it was paused', () => {
    const { set, tick, clock, play, history, resume, get, told } = scheduleWorld();
    set(newSpec());
    clock.now += HOUR;
    tick();
    expect(play('schedules.pause', { by: 'a', name: 's' })).toBe(true);
    expect(play('schedules.pause', { by: 'a', name: 's' })).toBe(false);
    clock.now += 4 * HOUR;
    expect(tick()).toBe(0);
    expect(resume()).toBe(true);
    expect(resume()).toBe(false);
    expect(history()).toEqual(['made 01:00', 'paused 02:00-05:00 ×4']);
    expect(get()).toMatchObject({ state: 'active', nextAt: BEGIN + 6 * HOUR, cursor: BEGIN + 5 * HOUR });
    expect(told().map(({ type }) => type)).toContain('schedule.resumed');
  });

  it('has ended when nothing is left that it could be resumed for', () => {
    const { set, clock, play, resume, get } = scheduleWorld();
    set(newSpec({ until: BEGIN + 2 * HOUR }));
    play('schedules.pause', { by: '', name: 's' });
    clock.now += 4 * HOUR;
    expect(resume()).toBe(true);
    expect(get()?.state).toBe('ended');
  });

  it('is none where there is none', () => {
    const { play } = scheduleWorld();
    expect(play('schedules.pause', { by: '', name: 'x' })).toBe('ESP_NOT_FOUND');
    expect(play('schedules.remove', { by: '', name: 'x' })).toBe(false);
  });
});

describe('an occurrence by hand', () => {
  it('is made in any state, at a moment that no rule means', () => {
    const { set, play, clock, history, tick } = scheduleWorld();
    set(newSpec());
    clock.now += HOUR;
    expect(play('schedules.runNow', { by: '', name: 's', jobId: jobNumber(1) })).toMatchObject({
      ...{ jobId: jobNumber(1), byHand: true, jobState: 'queued', at: BEGIN + HOUR + 1 },
    });
    play('schedules.runNow', { by: '', name: 's', jobId: jobNumber(2) });
    tick();
    play('schedules.pause', { by: '', name: 's' });
    play('schedules.runNow', { by: '', name: 's', jobId: jobNumber(3) });
    expect(history()).toEqual(['made 01:00', ...[1, 2, 3].map(() => 'made 01:00 by hand')]);
  });

  it('obeys the overlap as any other does', () => {
    const { set, play, tick, clock } = scheduleWorld();
    set(newSpec({ overlap: 'skip' }));
    clock.now += HOUR;
    tick();
    expect(play('schedules.runNow', { by: '', name: 's', jobId: jobNumber(1) })).toMatchObject({
      ...{ jobId: null, skipped: 'overlap', byHand: true },
    });
  });
});

describe('the history of a schedule', () => {
  it('is bounded, and what it has forgotten is never made again', () => {
    const { set, tick, clock, ask, play, db } = scheduleWorld();
    set(newSpec({ catchUp: 'last', overlap: 'skip' }));
    clock.now += HOUR;
    tick();
    db.execute(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
      INSERT INTO occurrences (schedule, at, decided_at, skipped, since, count)
        SELECT 1, ${clock.now} + i, 0, 'missed', ${clock.now} + i, 1 FROM n`);
    clock.now += HOUR;
    tick();
    expect(ask('schedules.history', { name: 's', before: null, limit: 5000 })).toHaveLength(1001);
    // The first one is what the others wait for.
    expect(db.all(z.object({ at: z.number() }), 'SELECT at FROM occurrences ORDER BY at LIMIT 1')).toEqual([
      { at: BEGIN + HOUR },
    ]);
    expect(play('schedules.remove', { by: '', name: 's' })).toBe(true);
    expect(db.all(z.object({ at: z.number() }), 'SELECT at FROM occurrences')).toEqual([]);
  });
});
