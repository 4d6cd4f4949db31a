import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cells } from './cells.js';
import { compare } from './compare.js';
import { Erlang, hasErlang } from './erlang.js';
import { errors } from './errors.js';
import { withError } from './planted.js';
import { search } from './search.js';

/** Would the comparison notice? Each clause is written wrong once, and the random scenarios must come upon it. */

const SCENARIOS = 1000;
const seed = Number(process.env.OTP_SEED ?? 1);

describe.skipIf(!hasErlang())(`within ${SCENARIOS} scenarios it is found that`, () => {
  let erlang: Erlang;
  beforeAll(() => {
    erlang = new Erlang(fileURLToPath(new URL('supervisor.escript', import.meta.url)));
  });
  afterAll(() => erlang.close());

  for (const [what, error] of Object.entries(errors)) {
    it(what, async ({ annotate }) => {
      const Ours = await withError(error);
      const found = await search({ scenarios: SCENARIOS, seed, erlang, Ours });
      if (!found) throw new Error(`no difference in ${SCENARIOS} scenarios`);
      expect(await compare(found.scenario, erlang, Cells), 'without the error there is no difference').toBeUndefined();
      await annotate(`found in scenario ${found.number}`);
    });
  }
});
