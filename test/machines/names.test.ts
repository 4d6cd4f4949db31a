import { describe, expect, it } from 'vitest';
import { formatRunId } from '../../src/ids.js';
import { appendCookie, COOKIE_VARIABLE, cookie } from '../../src/machines/process/process.js';

describe('the names by which what is ours is known', () => {
  it('of a host: its time in base 36 and its random digits', () => {
    expect(formatRunId(1_700_000_000_000, '0123456789abcdef')).toBe('loyw3v28-0123456789abcdef');
  });

  it('of a process: its host, the generation of the forker, and its own', () => {
    expect([COOKIE_VARIABLE, cookie('h', 2, 's7')]).toEqual(['ESPALIER_COOKIE', 'h.2.s7']);
  });

  it('of a process of a nested host: what it inherited comes first', () => {
    expect([appendCookie(undefined, 'b'), appendCookie('', 'b'), appendCookie('a', 'b')]).toEqual(['b', 'b', 'a,b']);
  });
});
