import { describe, expect, it } from 'vitest';
import { formatCounts, formatProgress } from '../../../src/cli/print/progress.js';
import { formatDuration, formatTable } from '../../../src/cli/print/table.js';
import { formatTime } from '../../../src/clock.js';

describe('a table', () => {
  it('aligns text left and numbers right, and ends no line in blanks', () => {
    expect(
      formatTable(
        ['run', 'slots', 'name'],
        [
          ['a', 5, 'first'],
          ['longer', 1200, ''],
        ],
      ),
    ).toEqual(['run     slots  name', 'a           5  first', 'longer   1200']);
  });

  it('shows control characters as escapes', () => {
    expect(formatTable(['x'], [['a\u001b[31m\n\u009b\u007f']])).toEqual(['x', 'a\\u001b[31m\\n\\u009b\\u007f']);
  });
});

describe('progress', () => {
  const counts = { succeeded: 11, failed: 1, timed_out: 0 };

  it('says how far it is and what went wrong', () => {
    expect(formatProgress({ total: 48, committed: 12, counts }, 3210)).toBe(
      '[######------------------] 12/48 · 1 failed · 3.2 s',
    );
  });

  it('is full for nothing to do', () => {
    expect(formatProgress({ total: 0, committed: 0, counts: {} }, 0)).toBe('[########################] 0/0 · 0 ms');
  });

  it('names only what there is', () => {
    expect(formatCounts({ succeeded: 2, timed_out: 1, failed: 0 })).toEqual(['2 succeeded', '1 timed out']);
  });
});

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [3210, '3.2 s'],
    [125_000, '2 min 5 s'],
    [3_780_000, '1 h 3 min'],
  ])('%i ms read as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('are given to the second', () => {
    expect(formatTime(0)).toBe('1970-01-01 00:00:00');
  });
});
