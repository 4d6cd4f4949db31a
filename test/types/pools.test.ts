import { type Contract, type ExecPool, type Pool, pool, RemoteError, type System } from 'espalier';
import { type CallContext, RemoteError as RemoteToWorker } from 'espalier/worker';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

// What stands here is checked by the compiler, in `npm run check`; nothing of it runs.
const typed = (_check: (system: System) => unknown) => undefined;

interface Methods {
  embed(args: { text: string }): number[];
  later(args: { n?: number } | undefined): Promise<'done'>;
  pid(): number;
  fails(): never;
  generate(args: { prompt: string }): AsyncIterable<string>;
}

describe('a pool whose methods are a type', () => {
  it('takes their arguments and answers their results', () =>
    typed((system) => {
      const model = system.pool<Methods>('model');
      expectTypeOf(model).toEqualTypeOf<Pool<Methods>>();
      expectTypeOf(model.call('embed', { text: 'a' })).toEqualTypeOf<Promise<number[]>>();
      expectTypeOf(model.call('later')).toEqualTypeOf<Promise<'done'>>();
      expectTypeOf(model.call('pid', undefined, { timeout: 3 })).toEqualTypeOf<Promise<number>>();
      expectTypeOf(model.call('fails')).toEqualTypeOf<Promise<never>>();
      expectTypeOf(model.stream('generate', { prompt: 'a' })).toEqualTypeOf<AsyncGenerator<string, void>>();
    }));

  it('refuses what they do not take', () =>
    typed((system) => {
      const model = system.pool<Methods>('model');
      // @ts-expect-error no such method
      void model.call('embde', { text: 'a' });
      // @ts-expect-error the argument is missing
      void model.call('embed');
      // @ts-expect-error no text
      void model.call('embed', { text: 1 });
      // @ts-expect-error it streams
      void model.call('generate', { prompt: 'a' });
      // @ts-expect-error it does not stream
      void model.stream('embed', { text: 'a' });
      // @ts-expect-error no such option
      void model.call('embed', { text: 'a' }, { timeuot: 3 });
    }));

  it("takes a worker's own methods as they are", () =>
    typed((system) => {
      const methods = {
        add: (_ctx: CallContext, { a, b }: { a: number; b: number }) => a + b,
        who: (ctx: CallContext) => ctx.key,
        count: async function* (_ctx: CallContext, { to }: { to: number }) {
          for (let i = 0; i < to; i += 1) yield i;
        },
        told: { run: (_ctx: CallContext, args: { path: string }) => args.path, description: 'The path' },
      };
      const sums = system.pool<typeof methods>('sums');
      expectTypeOf(sums.call('add', { a: 1, b: 2 })).toEqualTypeOf<Promise<number>>();
      expectTypeOf(sums.call('who')).toEqualTypeOf<Promise<string | undefined>>();
      expectTypeOf(sums.stream('count', { to: 3 })).toEqualTypeOf<AsyncGenerator<number, void>>();
      expectTypeOf(sums.call('told', { path: '/' })).toEqualTypeOf<Promise<string>>();
      // @ts-expect-error b is missing
      void sums.call('add', { a: 1 });
    }));
});

describe('a pool whose methods are a contract', () => {
  const contract = {
    embed: { input: z.object({ text: z.string(), times: z.number().default(1) }), output: z.array(z.number()) },
    free: {},
  };

  it('takes what goes into its schemas and answers what comes out', () =>
    typed((system) => {
      const model = system.pool<typeof contract>('model');
      expectTypeOf(model.call('embed', { text: 'a' })).toEqualTypeOf<Promise<number[]>>();
      expectTypeOf(model.stream('embed', { text: 'a' })).toEqualTypeOf<AsyncGenerator<number[], void>>();
      expectTypeOf(model.call('free')).toEqualTypeOf<Promise<unknown>>();
      // @ts-expect-error no text
      void model.call('embed', { text: 1 });
      // @ts-expect-error not in the contract
      void model.call('other');
    }));

  it('may be one of plain types', () =>
    typed((system) => {
      const model = system.pool<{ embed: { input: { text: string }; output: number[] } }>('model');
      expectTypeOf(model.call('embed', { text: 'a' })).toEqualTypeOf<Promise<number[]>>();
      // @ts-expect-error no text
      void model.call('embed', {});
    }));

  it('is one of schemas in the options of a pool', () => {
    expectTypeOf(contract).toExtend<Contract>();
    expectTypeOf<{ embed: { input: string } }>().not.toExtend<Contract>();
  });
});

describe('a pool of which nothing is known', () => {
  it('takes any method and argument, and answers what must be looked at', () =>
    typed((system) => {
      expectTypeOf(system.pool('any').call('method', { a: 1 })).toEqualTypeOf<Promise<unknown>>();
      expectTypeOf(system.pool('any').stream('method')).toEqualTypeOf<AsyncGenerator<unknown, void>>();
    }));
});

describe('pools of the two kinds', () => {
  it('have each its own half', () =>
    typed((system) => {
      expectTypeOf(system.execPool('sh')).toEqualTypeOf<ExecPool>();
      // @ts-expect-error workers run no programs
      void system.pool('a').exec('true');
      // @ts-expect-error programs serve no calls
      void system.execPool('sh').call('add');
      expectTypeOf<Pool<Methods>>().toExtend<Pool>();
    }));

  it('take each its own options', () =>
    typed(() => {
      pool<Methods>({ id: 'model', command: ['m'], size: 1 });
      // @ts-expect-error an exec pool has no window
      pool({ id: 'sh', mode: 'exec', command: ['sh'], size: 1, window: 3 });
      // @ts-expect-error no such option
      pool({ id: 'model', command: ['m'], size: 1, windo: 3 });
    }));
});

describe('what a method throws', () => {
  it('is of a class that its caller can ask for, the same as in a worker', () =>
    expect(RemoteError).toBe(RemoteToWorker));
});
