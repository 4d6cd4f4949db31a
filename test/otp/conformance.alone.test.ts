import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cells } from './cells.js';
import { Erlang, hasErlang } from './erlang.js';
import { script } from './script.js';
import { search, shrink } from './search.js';

/** `npm run otp -- --scenarios N` plays more. */
const SCENARIOS = 1000;
const seed = Number(process.env.OTP_SEED ?? Date.now() % 1_000_000);

describe.skipIf(!hasErlang())('Erlang/OTP’s supervisor and ours', () => {
  let erlang: Erlang;
  beforeAll(() => {
    erlang = new Erlang(fileURLToPath(new URL('supervisor.escript', import.meta.url)));
  });
  afterAll(() => erlang.close());

  it(`leave the same trace: ${SCENARIOS} scenarios of seed ${seed}`, async () => {
    const found = await search({ scenarios: SCENARIOS, seed, erlang, Ours: Cells });
    expect(found && script(await shrink(found, erlang, Cells))).toBeUndefined();
  });
});
