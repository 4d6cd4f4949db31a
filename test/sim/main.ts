import { explore } from './explore.js';
import { script } from './history.js';
import { playWorld, playWorlds } from './play.js';
import { BEGINNINGS, type Beginning } from './small.js';
import { SimStore } from './store.js';
import type { World } from './world.js';

export interface Wanted {
  /** The first world; one alone is played with its script, if `worlds` and `seconds` are not given. */
  readonly seed: number;
  readonly worlds: number | null;
  readonly seconds: number | null;
  /** Enumerates the small worlds. */
  readonly small: boolean;
}

/** Plays what is wanted, says how it went, and answers whether nothing was broken. */
export function main({ seed, worlds, seconds, small }: Wanted): boolean {
  if (small) return playSmall(seconds);
  if (worlds === null && seconds === null) return replay(seed);
  const until = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  const most = worlds ?? Number.POSITIVE_INFINITY;
  const played = playWorlds(seed, (count) => count < most && performance.now() < until);
  say(`${played.worlds} worlds from seed ${seed} on, ${played.transactions} transactions: ${verdict(played.broken)}`);
  return played.broken === null;
}

function replay(seed: number): boolean {
  const world = playWorld(new SimStore(), seed);
  say(script(world.history));
  say(verdict(world));
  return world.found.length === 0;
}

/** @param seconds for each of them; null for as long as it takes */
function playSmall(seconds: number | null): boolean {
  const store = new SimStore();
  const names = Object.keys(BEGINNINGS) as Beginning[];
  return names
    .map((name) => {
      const until = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
      const { states, transitions, isWhole, broken } = explore(store, name, () => performance.now() < until);
      say(
        `${name}: ${states} states, ${transitions} transitions, ${isWhole ? 'whole' : 'not whole'}: ${verdict(broken)}`,
      );
      if (broken !== null) say(script(broken.history));
      return broken === null;
    })
    .every((isGood) => isGood);
}

function verdict(world: World | null): string {
  if (world === null || world.found.length === 0) return 'nothing was broken';
  const replayed = world.seed === null ? '' : `\n  again: npm run sim -- --seed ${world.seed}`;
  return `BROKEN\n  ${world.found.join('\n  ')}${replayed}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
