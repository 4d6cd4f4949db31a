import type { ActorSummary } from 'espalier/client';
import { actorCondition, type Condition } from './condition.js';

/** A line of the list: `isContext` for an actor that is there only because one below it was found. */
export interface Line {
  readonly path: string;
  readonly isContext: boolean;
}

/** What is looked for. */
export interface Wanted {
  readonly find: string;
  readonly show: readonly Condition[];
}

/**
 * The lines that are shown: those that fit, each below its ancestors, so that indentation keeps its meaning.
 *
 * @param paths in the order of the tree
 */
export function select(
  paths: readonly string[],
  actors: ReadonlyMap<string, ActorSummary>,
  wanted: Wanted,
): readonly Line[] {
  if (wanted.find === '' && wanted.show.length === 0) return paths.map((path) => ({ path, isContext: false }));
  const words = wanted.find.toLowerCase().split(/\s+/).filter(Boolean);
  const lines: Line[] = [];
  // From the end: what is below comes first, and tells its ancestors that they are needed.
  const needed = new Set<string>();
  for (const path of paths.toReversed()) {
    const actor = actors.get(path);
    const fits = actor !== undefined && fitsWords(actor, words) && fitsShow(actor, wanted.show);
    if (fits || needed.has(path)) {
      lines.push({ path, isContext: !fits });
      needed.add(parentOf(path));
    }
  }
  return lines.reverse();
}

/** The path above; the root's is itself. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function fitsShow(actor: ActorSummary, show: readonly Condition[]): boolean {
  return show.length === 0 || show.includes(actorCondition(actor));
}

function fitsWords({ path, role, state, pid, problem }: ActorSummary, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${path} ${role} ${state} ${pid ?? ''} ${problem ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
