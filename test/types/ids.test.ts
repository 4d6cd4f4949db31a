import type { JournalEvent, Run, RunId, RunRecord, RunRef, StoreReader, System } from 'espalier';
import { describe, expectTypeOf, it } from 'vitest';

// What stands here is checked by the compiler, in `npm run check`; nothing of it runs.
describe('the run id of a host and the name of a run', () => {
  it('do not pass for each other', () => {
    expectTypeOf<RunId>().not.toExtend<RunRef>();
    expectTypeOf<RunRef>().not.toExtend<RunId>();
  });

  it('are texts, and a text from outside passes for either', () => {
    expectTypeOf<RunId | RunRef>().toExtend<string>();
    expectTypeOf<string>().toExtend<RunId>();
    expectTypeOf<string>().toExtend<RunRef>();
  });

  it('are told apart wherever both are given, and asked for', () => {
    expectTypeOf<[System['runId'], Run['id']]>().toEqualTypeOf<[RunId, RunRef]>();
    expectTypeOf<[RunRecord['owner'], RunRecord['run']]>().toEqualTypeOf<[RunId | null, RunRef]>();
    expectTypeOf<JournalEvent['runId']>().toEqualTypeOf<RunId>();
    expectTypeOf<StoreReader['runs']['get']>().parameter(0).toEqualTypeOf<RunRef>();
    expectTypeOf<StoreReader['hosts']['get']>().parameter(0).toEqualTypeOf<RunId>();
    expectTypeOf<System['runs']['continue']>().parameter(0).toEqualTypeOf<RunRef>();
  });
});
