import { describe, expect, expectTypeOf, it } from 'vitest';
import type { CallContext, Methods } from '../../../src/worker.js';

describe('the methods of a worker', () => {
  it('say themselves what they expect, and know their context', () => {
    const methods = {
      add: (_ctx: CallContext, { a, b }: { a: number; b: number }) => a + b,
      async *count(ctx, { to }: { to: number }) {
        expectTypeOf(ctx).toEqualTypeOf<CallContext>();
        for (let n = 0; n < to && !ctx.signal.aborted; n += 1) yield n;
      },
      described: { description: 'd', run: (_ctx, args) => args },
    } satisfies Methods;
    expect(Object.keys(methods)).toEqual(['add', 'count', 'described']);
  });
});
