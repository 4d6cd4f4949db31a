import { describe, expect, it } from 'vitest';
import type { SweepTarget } from '../../../../src/transport/process/contract/launcher.js';
import { parseSessions } from '../../../../src/transport/process/host-files/sessions.js';
import type { ProcessStat } from '../../../../src/transport/process/proc/stat.js';
import { match } from '../../../../src/transport/process/sweep/match.js';

const stat = (more: Partial<ProcessStat> = {}): ProcessStat => ({
  pid: 77,
  state: 'S',
  parent: 1,
  group: 77,
  session: 50,
  threads: 1,
  kernel: false,
  startTicks: 150,
  ...more,
});
const target: SweepTarget = {
  cookies: ['run.1.a', 'other.'],
  startTicks: 100,
  sessions: [{ pid: 50, startTicks: 100, pinnedUntil: 200 }],
};
const kind = (more: Partial<ProcessStat>, entries: readonly string[] | null = [], leader: ProcessStat | null = null) =>
  match(target, stat(more), entries, () => leader).kind;

describe('what a sweep means', () => {
  it('is what carries the cookie, whole or by its beginning', () => {
    const elsewhere = { session: 1 };
    expect(kind(elsewhere, ['run.1.a'])).toBe('ours');
    expect(kind(elsewhere, ['outer.3.x', 'run.1.a', 'inner.1.y'])).toBe('ours');
    expect(kind(elsewhere, ['other.9.z'])).toBe('ours');
    expect(kind(elsewhere, ['run.1.ab', 'run.11.a', 'xrun.1.a', 'others.1.a', 'run.1'])).toBe('none');
  });

  it('is what was born into our session while its number was ours, cookie or not', () => {
    expect(kind({})).toBe('ours');
    expect(kind({}, null)).toBe('ours');
    expect(kind({ startTicks: 200 })).toBe('ours');
  });

  it('is never what began before the target', () => {
    expect(kind({ startTicks: 99 }, ['run.1.a'])).toBe('none');
  });

  it('is only suspected of what was born into that session later', () => {
    expect(kind({ startTicks: 201 })).toBe('suspect');
    expect(kind({ pid: 50, startTicks: 100 })).toBe('suspect');
  });

  it('is not what belongs to another session that has the number now', () => {
    const leader = stat({ pid: 50, startTicks: 190 });
    expect(kind({ startTicks: 195 }, [], leader)).toBe('none');
    expect(kind({ pid: 50, startTicks: 190 }, [], leader)).toBe('none');
    expect(kind({ startTicks: 195 }, [], stat({ pid: 50, startTicks: 100 }))).toBe('ours');
  });
});

describe('a session file', () => {
  it('tells until when each session was held', () => {
    const text = '50 100 0   \n60 110 140 \n           \n\n70 120';
    expect(parseSessions(text, 300)).toEqual([
      { pid: 50, startTicks: 100, pinnedUntil: 300 },
      { pid: 60, startTicks: 110, pinnedUntil: 140 },
    ]);
  });
});
