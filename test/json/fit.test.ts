import { describe, expect, it } from 'vitest';
import { fitForJson } from '../../src/json/fit.js';
import { isDeeper, isPlain, MAX_DEPTH } from '../../src/json/plain.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

const cycle: unknown[] = [];
cycle.push(cycle);
const ring: { on: unknown[] } = { on: [] };
ring.on.push({ back: ring });
const loop = { toJSON: () => ({ b: loop }) };
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const sparse = [1, 2];
sparse[3] = 4;

const nested = (depth: number): unknown => (depth === 1 ? [] : [nested(depth - 1)]);

describe('a value that JSON would change', () => {
  it.each<[string, unknown, string]>([
    ['NaN', { rows: [1, Number.NaN] }, 'args.rows[1] is NaN'],
    ['an infinity', [Number.NEGATIVE_INFINITY], 'args[0] is -Infinity'],
    ['an error', { cause: new TypeError('x') }, 'args.cause is an error (TypeError), which JSON would empty'],
    ['a regular expression', [/x/], 'args[0] is an instance of RegExp'],
    ['a Blob', new Blob(['x']), 'args is an instance of Blob'],
    ['a WeakMap', { w: new WeakMap() }, 'args.w is an instance of WeakMap'],
    ['a WeakSet', new WeakSet(), 'args is an instance of WeakSet'],
    ['a promise', { p: Promise.resolve(1) }, 'args.p is an instance of Promise'],
    ['an instance of a class', { at: new Point(1, 2) }, 'args.at is an instance of Point'],
    ['a boxed number', new Number(1), 'args is an instance of Number'],
    ['a function', { f: () => 1 }, 'args.f is a function'],
    ['a symbol', [Symbol('x')], 'args[0] is a symbol'],
    ['an invalid date', { at: new Date(Number.NaN) }, 'args.at is an invalid date'],
    ['undefined in an array', [1, undefined], 'args[1] is undefined'],
    ['a hole in an array', sparse, 'args[2] is undefined'],
    ['a Map', { m: new Map([[1, 2]]) }, 'args.m is a Map'],
    ['a Set', new Set([1]), 'args is a Set'],
    ['floats', { v: new Float32Array(2) }, 'args.v is a Float32Array'],
    ['a DataView', new DataView(new ArrayBuffer(1)), 'args is a DataView'],
    ['an ArrayBuffer', [new ArrayBuffer(1)], 'args[0] is a ArrayBuffer'],
    ['bytes where there is no place for them', { b: Buffer.from('a') }, 'args.b holds bytes'],
    ['a cycle', cycle, 'args[0] is args again: JSON cannot hold a cycle'],
    ['a cycle further down', { list: [1, { ring }] }, 'args.list[1].ring.on[0].back is args.list[1].ring again'],
    ['a cycle through a toJSON', { a: loop }, 'args.a.b is args.a again'],
    ['what is too deep', nested(201), `args${'[0]'.repeat(20)}… is nested deeper than 200 levels`],
    ['a getter that throws', Object.defineProperty({}, 'x', { enumerable: true, get: raise }), 'args cannot be read'],
    ['a toJSON that throws', { a: { toJSON: raise } }, 'args.a cannot be read'],
    ['a toJSON that answers itself', selfish(), 'args is an instance of Selfish'],
    ['a toJSON that hides NaN', { toJSON: () => ({ n: Number.NaN }) }, 'args.n is NaN'],
    ['a revoked proxy', { p: revoked() }, 'args.p cannot be read'],
    ['a proxy that throws', new Proxy({}, { ownKeys: raise }), 'args cannot be read'],
    ['an integer without end', { n: 10n ** 4300n }, 'args.n is an integer of more than 4300 digits'],
  ])('is refused with its place: %s', (_what, value, message) => {
    expect(plainOrThrows(value)).toBe(false);
    expect(() => fitForJson(value, { name: 'args' })).toThrow(
      expect.objectContaining({ code: 'ESP_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('says in its context where it lies', () => {
    const context = { path: ['a', 1] };
    expect(() => fitForJson({ a: [1, Symbol('x')] }, { name: 'r' })).toThrow(expect.objectContaining({ context }));
  });
});

describe('a value that JSON holds', () => {
  it.each<[unknown, unknown]>([
    [undefined, undefined],
    [{ a: undefined, b: null }, { b: null }],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new URL('http://a/'), 'http://a/'],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [nested(MAX_DEPTH), nested(MAX_DEPTH)],
    ['\ud800', '\ud800'],
    [
      { n: -0, big: 5n },
      { n: -0, big: 5n },
    ],
  ])('is kept: %o', (value, kept) => {
    expect(fitForJson(value, { name: 'r' }).value).toEqual(kept);
  });

  it('gives its bytes away, wherever they lie, and nothing else', () => {
    const taken: unknown[] = [];
    const takeBytes = (bytes: Uint8Array, path: readonly unknown[]) => taken.push([[...bytes], path]);
    const given = { a: [new Uint8Array([1]), { b: Buffer.from([2]) }] };
    expect(fitForJson(given, { name: 'r', takeBytes }).value).toEqual({ a: [null, { b: null }] });
    expect(taken).toEqual([
      [[1], ['a', 0]],
      [[2], ['a', 1, 'b']],
    ]);
  });

  it.each([
    [{ a: [1, 'x', null, { b: true }], c: undefined }, true],
    [9007199254740992, false],
    [-0, false],
    [1n, false],
    [new Date(0), false],
  ])('is known to need no care, or not to: %o', (value, plain) => {
    expect(isPlain(value)).toBe(plain);
  });
});

it('the depth of what was parsed is counted in arrays and objects alike', () => {
  const deeper = (text: string, depth: number) => isDeeper(JSON.parse(text), text, depth);
  expect(deeper('[{"a":[1]}]', 3)).toBe(false);
  expect(deeper('[{"a":[1]}]', 2)).toBe(true);
  expect(deeper('[[],[],{"[":"[{["}]', 2)).toBe(false);
  expect(deeper('"[{"', 1)).toBe(false);
});

function raise(): never {
  throw new TypeError('not today');
}

function selfish(): unknown {
  class Selfish {
    toJSON() {
      return this;
    }
  }
  return new Selfish();
}

function plainOrThrows(value: unknown): boolean {
  try {
    return isPlain(value);
  } catch {
    return false;
  }
}
