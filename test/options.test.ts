import { describe, expect, it } from 'vitest';
import {
  checkOptions,
  fields,
  flag,
  kind,
  listOf,
  milliseconds,
  nullable,
  number,
  oneOf,
  type Rule,
  recordOf,
  refused,
  required,
  text,
  whole,
} from '../src/options.js';

const problem = (rule: Rule, value: unknown) => rule(value, 'it');

describe('a rule', () => {
  it.each<[string, Rule, unknown[], unknown[]]>([
    ['a whole number', whole(1, 3), [1, 3], [0, 4, 1.5, Number.NaN, '2', 2n, true, null, [], {}]],
    [
      'milliseconds',
      milliseconds(0),
      [0, 2 ** 31, 2_592_000_000],
      [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null],
    ],
    ['a number', number(0, 1), [0, 0.5, 1], [-0.1, 1.1, Number.NaN, '0', null]],
    ['a number without an upper limit', number(1), [1, 1e300], [0, Number.POSITIVE_INFINITY]],
    ['one of several words', oneOf('a', 'b'), ['a', 'b'], ['c', '', 1, null, ['a']]],
    ['true or false', flag, [true, false], ['yes', 0, 1, null]],
    ['text', text, ['', 'a'], [1, null, ['a']]],
    ['a list', listOf(whole(1)), [[], [1, 2]], [{}, 'a', [0], [1, '2'], [undefined], [null]]],
    ['a record', recordOf(whole(1), 'numbers'), [{}, { a: 1 }], [[], 5, { a: 0 }, { a: undefined }]],
    ['null or a number', nullable(whole(1)), [null, 1], [0, 'a']],
    ['what means nothing here', refused('no'), [], [1, null, false]],
  ])('takes %s and nothing else; what is undefined has its default', (_, rule, right, wrong) => {
    for (const value of [undefined, ...right]) expect(problem(rule, value)).toBeUndefined();
    for (const value of wrong) expect(problem(rule, value), String(value)).toMatch(/^it/);
  });

  it('demands what has no default', () => {
    expect(problem(required(text), undefined)).toBe('it is missing; it must be text');
    expect(problem(required(whole(1, 2)), undefined)).toBe('it is missing; it must be a whole number from 1 to 2');
    expect(problem(required(kind('x', () => true)), 5)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    ['a', '"a"'],
    ['x'.repeat(200), `"${'x'.repeat(80)}…"`],
    [Number.NaN, 'NaN'],
    [3n, '3n'],
    [null, 'null'],
    [[1, 2], 'a list'],
    [[], 'an empty list'],
    [{ secret: 1 }, 'an object'],
    [() => 1, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
    [Object.create(null), 'an object'],
  ])('says in few words what stands there: %s', (value, said) => {
    expect(problem(whole(0), value)).toBe(`it is ${said}; it must be a whole number from 0`);
  });
});

describe('options', () => {
  interface Options {
    readonly restart?: string;
    readonly retry?: { readonly attempts?: number };
    readonly items?: readonly { readonly size?: number }[];
    readonly store?: string;
  }
  const rule = fields<Options>(
    {
      restart: oneOf('always', 'never'),
      retry: fields<{ readonly attempts?: number }>({ attempts: whole(1) }),
      items: listOf(fields<{ readonly size?: number }>({ size: whole(1) })),
      store: text,
    },
    { db: 'store' },
  );
  const check = (options: unknown) => () => checkOptions("pool 'p'", options, rule);

  it.each<[unknown, string]>([
    [{ restrat: 'always' }, "pool 'p': there is no option 'restrat'; did you mean 'restart'?"],
    [{ Restart: 'always' }, "pool 'p': there is no option 'Restart'; did you mean 'restart'?"],
    [{ restrat: undefined }, "pool 'p': there is no option 'restrat'; did you mean 'restart'?"],
    [{ db: './a.db' }, "pool 'p': there is no option 'db'; did you mean 'store'?"],
    [{ wobble: 1 }, "pool 'p': there is no option 'wobble'; there are restart, retry, items, store"],
    [{ retry: { atempts: 3 } }, "pool 'p': there is no option 'retry.atempts'; did you mean 'retry.attempts'?"],
    [{ items: [{}, { sise: 3 }] }, "pool 'p': there is no option 'items[1].sise'; did you mean 'items[1].size'?"],
    [{ retry: { attempts: '3' } }, 'pool \'p\': retry.attempts is "3"; it must be a whole number from 1'],
    [{ retry: 3 }, "pool 'p': retry is 3; it must be an object of options"],
    [{ items: [null] }, "pool 'p': items[0] is null; it must be an object of options"],
    [undefined, "pool 'p': what was given is missing; it must be an object of options"],
    [5, "pool 'p': what was given is 5; it must be an object of options"],
    [[], "pool 'p': what was given is an empty list; it must be an object of options"],
  ])('are refused with the place and what was meant: %j', (options, message) => {
    expect(check(options)).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message }));
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'are refused by a name that every object has: %s',
    (name) => {
      const options: unknown = JSON.parse(`{"${name}":1}`);
      expect(check(options)).toThrow(`there is no option '${name}'`);
    },
  );

  it('are taken when they fit', () => {
    expect(check({ restart: 'never', retry: {}, items: [{ size: 1 }], store: undefined })).not.toThrow();
  });
});
