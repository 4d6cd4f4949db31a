import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAlive, parseStat, parseUptime } from '../../../../src/transport/process/proc/stat.js';

function line(comm: string, state = 'S', flags = 4194304, threads = 1): string {
  const zeros = (length: number) => Array.from({ length }, () => 0);
  const rest = [state, 10, 42, 43, 0, -1, flags, ...zeros(10), threads, 0, 987654, 1, 2];
  return `42 (${comm}) ${rest.join(' ')}\n`;
}

describe('the stat of a process', () => {
  it('is read whatever the name of the program', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15 }), (comm) => {
        expect(parseStat(line(comm))).toEqual({
          pid: 42,
          state: 'S',
          parent: 10,
          group: 42,
          session: 43,
          threads: 1,
          kernel: false,
          startTicks: 987654,
        });
      }),
    );
  });

  it('is read past parentheses, spaces and line ends in the name', () => {
    for (const comm of [') S 1 1 1', '(a) (b)', 'a\nb) Z', ')', '']) expect(parseStat(line(comm))?.group).toBe(42);
  });

  it('tells kernel threads from programs', () => {
    expect(parseStat(line('kthreadd', 'S', 0x208040))?.kernel).toBe(true);
  });

  it('is null for anything else', () => {
    for (const text of ['', '42', '42 (x', '42 (x) S', 'x (y) S 1 2 3']) expect(parseStat(text)).toBeNull();
  });

  it('counts a zombie as dead and a stopped process as alive', () => {
    const alive = (state: string) => isAlive(parseStat(line('x', state)) ?? { ...never });
    expect(['R', 'S', 'D', 'T', 't', 'I'].map(alive)).toEqual(Array.from({ length: 6 }, () => true));
    expect(['Z', 'X', 'x'].map(alive)).toEqual([false, false, false]);
  });

  it('counts one as alive of which only the first thread has ended', () => {
    expect(isAlive(parseStat(line('x', 'Z', 4194304, 2)) ?? never)).toBe(true);
  });
});

const never = { pid: 0, state: 'X', parent: 0, group: 0, session: 0, threads: 1, kernel: false, startTicks: 0 };

describe('the time since boot', () => {
  it('is exact to the tick', () => {
    for (let ticks = 0; ticks < 200_000; ticks++) {
      const text = `${Math.floor(ticks / 100)}.${String(ticks % 100).padStart(2, '0')} 123.45\n`;
      if (parseUptime(text) !== ticks) expect(text).toBe(`${ticks} ticks`);
    }
  });
});
