import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../src/actors/durable/snapshot-codec.js';

const carried = (value: unknown) => decode(JSON.parse(JSON.stringify(encode(value))));

describe('a value that is carried', () => {
  it('comes back as it was', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      maxDepth: 4,
      values: [fc.boolean(), fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.constant(undefined)],
    });
    fc.assert(
      fc.property(anything, (value) => {
        // Fields that are undefined are left out; `toEqual` takes that for the same.
        expect(carried(value)).toEqual(value);
      }),
    );
  });

  it('may look like a mark', () => {
    const value = { $espalier: 'Map', value: [[1, 2]], deep: { $espalier: 7 } };
    expect(carried(value)).toEqual(value);
  });

  it('may be an error with a cause, a code and a class, which becomes its name', () => {
    const error = Object.assign(new RangeError('far', { cause: new Error('near') }), { code: 'E_FAR' });
    expect(carried({ error })).toEqual({ error });
    expect(carried(error)).toMatchObject({
      name: 'RangeError',
      message: 'far',
      code: 'E_FAR',
      cause: { message: 'near' },
    });
    expect(carried(error)).toBeInstanceOf(Error);
  });

  it('may be bytes', () => {
    expect(carried(new Uint8Array([0, 255]))).toEqual(new Uint8Array([0, 255]));
  });

  it('may come twice, if not inside itself', () => {
    const twice = { a: 1 };
    expect(carried([twice, twice])).toEqual([twice, twice]);
  });
});

describe('a value that cannot be carried is refused with its place', () => {
  const circle: { deep: unknown[] } = { deep: [] };
  circle.deep.push(circle);
  const values: Readonly<Record<string, unknown>> = {
    'a[1].run is a function': { a: [0, { run: () => undefined }] },
    'key is a symbol': { key: Symbol('x') },
    'it is an instance of URL': new URL('http://localhost/'),
    'deep[0] is part of itself': circle,
    'a[b] is an instance of RegExp': { a: new Map([['b', /x/]]) },
  };
  for (const [problem, value] of Object.entries(values)) {
    it(problem, () => {
      expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'ESP_SNAPSHOT' }));
      expect(() => encode(value)).toThrow(problem);
    });
  }
});

it('a mark of a later version is an error, not a guess', () => {
  expect(() => decode({ $espalier: 'Temporal', value: 1 })).toThrow('Temporal');
});

it('what is too deep, or throws when it is read, is refused as well, and not by a stack that ran out', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level += 1) deep = { deep };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const mute = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('not today');
    },
  });
  expect(() => encode(deep)).toThrow(
    expect.objectContaining({ code: 'ESP_SNAPSHOT', message: expect.stringContaining('nested deeper than 200') }),
  );
  for (const value of [{ proxy }, [mute]]) {
    expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'ESP_SNAPSHOT' }));
  }
});
