import { describe, expect, it } from 'vitest';
import { each, instant, jsonValue, priority, rate, time } from '../../../src/cli/options/parse.js';

describe('times', () => {
  it.each([
    ['250', 250],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['5m', 300_000],
    ['2min', 120_000],
    ['1d', 86_400_000],
  ])('%s are %i ms', (text, ms) => {
    expect(time(0)(text)).toBe(ms);
  });

  it.each(['', 's', '-1s', '5 m', '5x', '1e3', '0'])('%j is none, of at least a millisecond', (text) => {
    expect(() => time(1)(text)).toThrow('Expected a time');
  });

  it('an instant is a time from now, or a date', () => {
    expect(instant('2h', 1000)).toBe(7_201_000);
    expect(instant('2027-01-31T06:00Z', 0)).toBe(Date.UTC(2027, 0, 31, 6));
    for (const text of ['tomorrow', '2027', '31.1.2027', '2027-99-99']) expect(() => instant(text, 0)).toThrow('date');
  });
});

it('a rate is so many in a time', () => {
  expect(rate('2/1s')).toEqual({ count: 2, perMs: 1000 });
  expect(rate('100/min')).toEqual({ count: 100, perMs: 60_000 });
  for (const text of ['2', '0/1s', '2/', '2/0s', '/s', '1.5/s']) expect(() => rate(text)).toThrow('so many');
});

it('a priority may be below zero, and is whole', () => {
  expect([priority('-5'), priority('0'), priority('100000')]).toEqual([-5, 0, 100_000]);
  for (const text of ['x', '1.5', '100001', '']) expect(() => priority(text)).toThrow('whole number');
});

it('JSON is read, what is repeated is kept in order, and what is empty is refused', () => {
  expect(jsonValue('{"a":1}')).toEqual({ a: 1 });
  expect(() => jsonValue('{')).toThrow('Expected JSON');
  expect(each('b', each('a'))).toEqual(['a', 'b']);
  expect(() => each('')).toThrow('not empty');
});
