import { pool, type System } from 'espalier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { all, create, methodsCommand, shells } from '../support/support.js';

const numbers = z.object({ a: z.number(), b: z.number().default(40) });
const contract = {
  add: { input: numbers, output: z.number().transform(String) },
  echo: { input: z.object({ a: z.number().optional() }).strict(), output: z.object({ a: z.number() }) },
  count: { input: z.object({ to: z.number() }), output: z.number().max(1) },
};

let system: System;
beforeAll(async () => {
  system = await create({
    children: [pool({ id: 'held', command: methodsCommand, size: 1, contract }), shells({ id: 'sh', size: 1 })],
  });
});
afterAll(() => system.stop());

const held = () => system.pool<typeof contract>('held');
const unknown: unknown = JSON.parse('{"a":"3"}');

describe('a pool with a contract', () => {
  it('gives its methods what the schema makes of the argument, and its callers what it makes of the result', async () => {
    expect(await held().call('add', { a: 2 })).toBe('42');
    expect(await all(held().stream('count', { to: 2 }))).toEqual([0, 1]);
  });

  it('refuses an argument that does not fit before a worker sees it, naming the place', async () => {
    const loose = system.pool('held');
    const refused = { code: 'ESP_INVALID', context: { pool: '/held', method: 'add', side: 'input' } };
    await expect(loose.call('add', unknown)).rejects.toMatchObject(refused);
    await expect(loose.call('add', unknown)).rejects.toThrow(/^pool \/held: add: input\.a: .*expected number/);
    await expect(all(loose.stream('count', {}))).rejects.toThrow(/^pool \/held: count: input\.to: /);
    await expect(system.tools.call('held.add', unknown)).rejects.toMatchObject(refused);
  });

  it('refuses a result, or a chunk of a stream, that does not fit', async () => {
    await expect(held().call('echo', {})).rejects.toMatchObject({ code: 'ESP_CONTRACT', context: { method: 'echo' } });
    await expect(held().call('echo', {})).rejects.toThrow(/^pool \/held: echo: output\.a: .*expected number/);
    const seen: number[] = [];
    const read = async () => {
      for await (const chunk of held().stream('count', { to: 5 })) seen.push(chunk);
    };
    await expect(read()).rejects.toMatchObject({ code: 'ESP_CONTRACT' });
    expect(seen).toEqual([0, 1]);
    // The stream was left: its worker serves the next call.
    expect(await held().call('add', { a: 1, b: 1 })).toBe('2');
  });

  it('refuses a method that it does not name, and one that only every object has', async () => {
    for (const name of ['later', 'constructor', '__proto__']) {
      await expect(system.pool('held').call(name, {})).rejects.toThrow(
        `pool /held: no method '${name}' in its contract, which has add, echo, count`,
      );
    }
  });

  it.each([5, [], { add: 5 }, { add: { input: {} } }, { add: { inptu: numbers } }])(
    'is refused when it is none: %j',
    (given) => {
      const make = () =>
        Reflect.apply(pool, undefined, [{ id: 'p', command: methodsCommand, size: 1, contract: given }]);
      expect(make).toThrow(
        expect.objectContaining({ code: 'ESP_INVALID', message: expect.stringContaining('contract') }),
      );
    },
  );
});

describe('a pool that is asked for as one of the other kind', () => {
  it('is refused with a word for the right one', () => {
    expect(() => system.pool('sh')).toThrow(
      "the pool at /sh runs programs and serves no calls: take system.execPool('/sh')",
    );
    expect(() => system.execPool('/held')).toThrow(
      "the pool at /held serves calls and runs no programs: take system.pool('/held')",
    );
    expect(() => system.pool('sh')).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
    expect(() => system.execPool('nope')).toThrow(expect.objectContaining({ code: 'ESP_NOT_FOUND' }));
  });
});
