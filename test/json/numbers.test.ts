import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/json/read.js';
import { writeJson } from '../../src/json/write.js';

describe('JSON that is read', () => {
  it.each<[string, unknown]>([
    ['738527931269425001', 738527931269425001n],
    ['-18446744073709551617', -18446744073709551617n],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740993', -9007199254740993n],
    [' [ 12345678901234567890 ] ', [12345678901234567890n]],
    ['{"a":[{"b":9007199254740993}],"__proto__":9007199254740993}', null],
    ['"[738527931269425001"', '[738527931269425001'],
    [
      '{"a\\"":[1234567890123456789,"\\\\"],"b":"\\\\\\",1e400"}',
      { 'a"': [1234567890123456789n, '\\'], b: '\\",1e400' },
    ],
    ['[1e300,1.5e100,0.12345678901234567890,1e-400]', [1e300, 1.5e100, 0.12345678901234568, 0]],
    ['1152921504606846976.0', 2 ** 60],
    ['-0', -0],
    [`1${'0'.repeat(4299)}`, 10n ** 4299n],
  ])('keeps every integer of %s', (text, value) => {
    if (value !== null) expect(readJson(text)).toEqual(value);
    expect(readJson(writeJson(readJson(text)))).toEqual(readJson(text));
  });

  it('does not take a key named __proto__ for a prototype', () => {
    const read = readJson('{"__proto__":9007199254740993}');
    expect(Object.entries(Object(read))).toEqual([['__proto__', 9007199254740993n]]);
  });

  it.each(['1e400', '[-1e+400]', '{"a":1E999}', `${'9'.repeat(400)}.5`, '[1234567890123456789e300]'])(
    'refuses %s, which no double can hold',
    (text) => {
      expect(() => readJson(text)).toThrow(SyntaxError);
    },
  );

  it('refuses an integer that is too long to be read in passing', () => {
    expect(() => readJson(`[${'9'.repeat(4301)}]`)).toThrow('an integer of more than 4300 digits');
  });

  it.each(['', '{', '[1,]', '01', 'NaN', '{"a":12345678901234567890', '12345678901234567890n'])(
    'is as strict as JSON.parse about %j',
    (text) => {
      expect(() => readJson(text)).toThrow(SyntaxError);
    },
  );
});

describe('JSON that is written', () => {
  it.each<[unknown, string]>([
    [{ id: 738527931269425001n, n: 1 }, '{"id":738527931269425001,"n":1}'],
    [2 ** 60, '1152921504606847000.0'],
    [-(2 ** 53), '-9007199254740992.0'],
    [1e21, '1e+21'],
    [-0, '-0.0'],
    [[undefined, null, true, 'a"\ud800'], '[null,null,true,"a\\"\\ud800"]'],
    [{ a: undefined, b: {} }, '{"b":{}}'],
  ])('names %o so that a reader takes it for the same number', (value, text) => {
    expect(writeJson(value)).toBe(text);
  });

  it('comes back as it was, numbers of every size and kind among it', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt({ min: 2n ** 53n }),
      fc.bigInt({ max: -(2n ** 53n) }),
      fc.maxSafeInteger(),
      fc.string({ unit: 'binary' }),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, number, fc.array(tie('any')), fc.dictionary(fc.string(), tie('any'))),
    })).any;
    fc.assert(
      fc.property(value, (given) => {
        expect(readJson(writeJson(given))).toEqual(given);
      }),
      { numRuns: 200 },
    );
  });
});
