import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as tail from '../../../src/cli/logs/tail.js';
import { fileMode, slotName, wholeNumber } from '../../../src/cli/options/parse.js';

const lastLines = (text: string, count: number) => tail.lastLines(Buffer.from(text), count).toString();

describe('the last lines', () => {
  it.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\n', 5, 'a\nb\n'],
    ['', 3, ''],
    ['\n', 1, '\n'],
    ['a\n\n\n', 2, '\n\n'],
    ['one', 1, 'one'],
  ])('of %j, %i of them, are %j', (text, count, expected) => {
    expect(lastLines(text, count)).toBe(expected);
  });

  it('are as many as were asked for, and an end of the text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'bc', '\n')), fc.integer({ min: 1, max: 5 }), (pieces, count) => {
        const text = pieces.join('');
        const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
        expect(text.endsWith(lastLines(text, count))).toBe(true);
        const got = lastLines(text, count);
        expect(got === '' ? 0 : got.replace(/\n$/, '').split('\n').length).toBe(Math.min(count, lines.length));
      }),
    );
  });
});

describe('values of options', () => {
  it.each(['', '0', '11', '1.5', ' 5', '0x5', '-1', 'five', '1e1'])('%j is no whole number from 1 to 10', (text) => {
    expect(() => wholeNumber(1, 10)(text)).toThrow('from 1 to 10');
  });

  it('whole numbers within the limits are', () => {
    expect([wholeNumber(1, 10)('1'), wholeNumber(1, 10)('10')]).toEqual([1, 10]);
  });

  it('a slot is named by its run and index', () => {
    expect(slotName('abc-12:7')).toEqual({ run: 'abc-12', index: 7 });
    expect(() => slotName('abc')).toThrow('RUN:INDEX');
    expect(() => slotName('abc:x')).toThrow('RUN:INDEX');
  });
});

describe('a mode of files', () => {
  it.each(['777', '440', '1660', '66', 'rw', '', '0o660', '668'])(
    'is refused where it does not let its user work: %s',
    (text) => {
      expect(() => fileMode(text)).toThrow('such as 660');
    },
  );

  it('is written as for chmod', () => {
    expect([fileMode('660'), fileMode('0600')]).toEqual([0o660, 0o600]);
  });
});
