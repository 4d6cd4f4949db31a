import fc from 'fast-check';
import { anyScenario } from './any-scenario.js';
import { compare, type Difference, type Player } from './compare.js';
import type { Erlang } from './erlang.js';
import type { Scenario } from './scenario.js';

export interface SearchOptions {
  readonly scenarios: number;
  readonly seed: number;
  readonly erlang: Erlang;
  readonly Ours: Player;
  /** Called now and then with the number of scenarios compared so far. */
  readonly onProgress?: (done: number) => void;
}

/** A difference, and the number of the scenario (from 1) in which it was found. */
export interface Found extends Difference {
  readonly number: number;
}

/** So many are played by Erlang side by side: it spends most of its time on waiting. */
const SIDE_BY_SIDE = 150;

/** Compares so many random scenarios; ends with the first difference. */
export async function search(options: SearchOptions): Promise<Found | undefined> {
  const { scenarios, seed, erlang, Ours, onProgress } = options;
  const sample = fc.sample(anyScenario, { numRuns: scenarios, seed });
  let next = 0;
  const found: Found[] = [];
  const work = async () => {
    for (let index = next++; index < sample.length && found.length === 0; index = next++) {
      const scenario = sample[index];
      const difference = scenario && (await compare(scenario, erlang, Ours));
      if (difference) found.push({ number: index + 1, ...difference });
      if ((index + 1) % 1000 === 0) onProgress?.(index + 1);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  // Those that were being played go on: the first one counts.
  return found.sort((a, b) => a.number - b.number)[0];
}

/** Makes a difference as small as possible: parts are left out as long as there still is one. */
export async function shrink(difference: Difference, erlang: Erlang, Ours: Player): Promise<Difference> {
  for (const smaller of simpler(difference.scenario)) {
    const still = await compare(smaller, erlang, Ours);
    if (still) return shrink(still, erlang, Ours);
  }
  return difference;
}

/** The scenarios that lack one part of another. */
function* simpler(scenario: Scenario): Generator<Scenario> {
  const { acts, outcomes, supervisor } = scenario;
  for (const index of acts.keys()) yield { ...scenario, acts: acts.toSpliced(index, 1) };
  for (const path of Object.keys(outcomes)) {
    yield { ...scenario, outcomes: Object.fromEntries(Object.entries(outcomes).filter(([known]) => known !== path)) };
  }
  for (const smaller of simplerSupervisors(supervisor)) yield { ...scenario, supervisor: smaller };
}

function* simplerSupervisors<S extends Scenario['supervisor']>(supervisor: S): Generator<Scenario['supervisor']> {
  if (supervisor.dynamic) return;
  const { children } = supervisor;
  for (const [index, child] of children.entries()) {
    yield { ...supervisor, children: children.toSpliced(index, 1) };
    if (child.type === 'worker') continue;
    for (const smaller of simplerSupervisors(child.supervisor)) {
      yield { ...supervisor, children: children.with(index, { ...child, supervisor: smaller }) };
    }
  }
}
