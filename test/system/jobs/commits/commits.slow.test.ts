import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/random.js';
import { folder } from '../../support/support.js';
import { type Kill, Script } from './script.js';

const SEED = Number(process.env.ESPALIER_SEED ?? 20_261_201);
const isWhole = process.env.ESPALIER_FULL !== undefined;
/** Without ESPALIER_FULL so many are played of the kills, and of the pairs of them. */
const SOME = 10;
const PAIRS = isWhole ? 40 : 4;

/** What a script comes to that nobody has killed, and its commits. */
async function undisturbed(place: string): Promise<{ outcome: unknown; commits: number }> {
  const script = new Script(place);
  const outcome = await script.play(null);
  expect(script.broken()).toEqual([]);
  return { outcome, commits: script.commits() };
}

/** Killed at these, one after the other; then played to its end. Says what came of it. */
async function recovered(place: string, kills: readonly Kill[]): Promise<{ outcome: unknown; broken: string[] }> {
  const script = new Script(place);
  // One that has fewer commits than that comes to its end.
  for (const kill of kills) await script.play(kill);
  return { outcome: await script.play(null), broken: script.broken() };
}

describe('a host that is killed at a commit', { timeout: 1_800_000 }, () => {
  it('goes on to the same outcome, before and after each of them, also when it is killed again as it recovers', async () => {
    const place = folder();
    const { outcome, commits } = await undisturbed(join(place, 'whole'));
    expect(commits).toBeGreaterThan(20);
    const random = new Random(SEED);
    const moments: Kill[] = Array.from({ length: commits }, (_, n) => n + 1).flatMap((commit) => [
      { when: 'before', commit },
      { when: 'after', commit },
    ]);
    const any = () => random.pick(moments) ?? { when: 'before', commit: 1 };
    const singles = isWhole ? moments.map((kill) => [kill]) : Array.from({ length: SOME }, () => [any()]);
    // Recovery has its commits first.
    const again = (): Kill => ({ when: random.chance(0.5) ? 'before' : 'after', commit: 1 + random.below(15) });
    const pairs = Array.from({ length: PAIRS }, () => [any(), again()]);
    console.info(`ESPALIER_SEED=${SEED}: ${commits} commits, ${singles.length} single kills, ${pairs.length} pairs`);
    for (const [index, kills] of [...singles, ...pairs].entries()) {
      const came = await recovered(join(place, `${index}`), kills);
      expect({ kills, ...came }).toEqual({ kills, outcome, broken: [] });
    }
  });
});
