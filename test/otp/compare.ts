import { dynamicPrefixes } from './any-scenario.js';
import type { Erlang } from './erlang.js';
import type { Scenario, Trace } from './scenario.js';

/** Who plays scenarios with our supervisors. */
export type Player = new (scenario: Scenario) => { play(): Promise<Trace> };

/** What Erlang's supervisor and ours did differently. */
export interface Difference {
  readonly scenario: Scenario;
  readonly theirs: Trace;
  readonly ours: Trace;
}

/**
 * Plays a scenario on both sides. A difference is played again, alone: of one that a busy machine made (Erlang's clock is
 * a real one) nothing remains.
 */
export async function compare(scenario: Scenario, erlang: Erlang, Ours: Player): Promise<Difference | undefined> {
  for (let last: Difference | undefined, tries = 0; ; tries += 1) {
    const [theirs, ours] = await Promise.all([erlang.play(scenario), playOurs(scenario, Ours)]);
    const difference = { scenario, theirs: comparable(theirs, scenario), ours: comparable(ours, scenario) };
    if (JSON.stringify(difference.theirs) === JSON.stringify(difference.ours)) return undefined;
    if (tries === 2 || (last && JSON.stringify(last) === JSON.stringify(difference))) return difference;
    last = difference;
  }
}

/** A player that gives up has left a trace of its own, unlike any of Erlang's. */
function playOurs(scenario: Scenario, Ours: Player): Promise<Trace> {
  return new Ours(scenario).play().catch((error) => [[String(error)]]);
}

/** A trace without what has no order in Erlang. */
function comparable(trace: Trace, { supervisor }: Scenario): Trace {
  const together = dynamicPrefixes(supervisor, '');
  return trace.map((segment) => {
    // The children of a killed supervisor hear of it from their links, while it may already be restarted.
    if (segment.some((line) => /^-.*\/.* killed$/.test(line))) return [...segment].sort();
    return sortStops(segment, together);
  });
}

/** The children of a dynamic supervisor stop together. */
function sortStops(segment: readonly string[], together: readonly string[]): readonly string[] {
  const groupOf = (line: string) => line.startsWith('-') && together.find((prefix) => line.startsWith(`-${prefix}`));
  const runs: string[][] = [];
  for (const [index, line] of segment.entries()) {
    const group = groupOf(line);
    const isSame = typeof group === 'string' && group === groupOf(segment[index - 1] ?? '');
    if (isSame) runs.at(-1)?.push(line);
    else runs.push([line]);
  }
  return runs.flatMap((run) => run.sort());
}
