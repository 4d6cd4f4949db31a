import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cells } from './cells.js';
import { hasErlang, playInErlang } from './erlang.js';
import { anyScenario, type Scenario } from './scenario.js';

/** How many scenarios; `npm run otp -- --scenarios N` sets it. */
const count = Number(process.env.OTP_SCENARIOS ?? 200);
const seed = Number(process.env.OTP_SEED ?? Date.now() % 1_000_000);
/** So many are played by one Erlang, side by side: more would make its clock matter. */
const BATCH = 100;

/** Children of a dynamic supervisor stop together, in no order. */
function comparable(trace: readonly string[], scenario: Scenario): readonly string[] {
  if (!scenario.supervisor.dynamic) return trace;
  const stops = trace.slice(
    trace.findLastIndex((line, index) => !line.startsWith('-') && index < trace.length - 1) + 1,
    -1,
  );
  return [...trace.slice(0, trace.length - 1 - stops.length), ...stops.sort(), ...trace.slice(-1)];
}

describe.skipIf(!hasErlang())('Erlang/OTP’s supervisor and ours', () => {
  const scenarios = fc.sample(anyScenario, { numRuns: count, seed });
  for (let from = 0; from < scenarios.length; from += BATCH) {
    const batch = scenarios.slice(from, from + BATCH);
    it(`leave the same trace: scenarios ${from + 1} to ${from + batch.length} of seed ${seed}`, async () => {
      const theirs = await playInErlang(batch);
      expect(theirs).toHaveLength(batch.length);
      for (const [index, scenario] of batch.entries()) {
        const ours = await new Cells(scenario).play();
        expect({ scenario, trace: comparable(ours, scenario) }).toEqual({
          scenario,
          trace: comparable(theirs[index] ?? [], scenario),
        });
      }
    });
  }
});
