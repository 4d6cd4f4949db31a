import { register, serve } from './calls.js';
import { drive } from './drive.js';
import { EVENTS } from './events.js';
import { Random } from './random.js';
import { type Rewrite, SimStore } from './store.js';
import { World } from './world.js';

/** Transactions before the faults stop. */
const STEPS = 80;

const NOTHING = () => [];

/** Plays the random world of a seed to its end, or until something is broken. */
export function playWorld(store: SimStore, seed: number): World {
  const world = new World(store, new Random(seed), seed);
  world.play([register('a'), register('b')]);
  for (const id of ['a', 'b']) {
    world.play([serve(id, { queue: 'q', path: '/q', methods: [{ name: 'do', version: null }] })]);
  }
  for (let step = 0; step < STEPS && world.found.length === 0; step += 1) playStep(world);
  if (world.found.length === 0) drive(world);
  return world;
}

/** Mostly one call by itself; several in one transaction now and then; and now and then nothing of it is kept. */
function playStep(world: World): void {
  const { random } = world;
  const calls = [...random.weighted(EVENTS, NOTHING)(world)];
  while (random.chance(0.15)) calls.push(...random.weighted(EVENTS, NOTHING)(world));
  // Before a host ends, all that it had is proven gone or is not: there is no time for that in the transaction of a claim.
  const isClaim = calls.some(({ name }) => name === 'jobs.claim');
  const fit = isClaim ? calls.filter(({ name }) => name !== 'hosts.fence' && name !== 'hosts.end') : calls;
  if (fit.length > 0) world.play(fit, random.chance(0.02));
}

/** How many worlds were played, and the one in which something is broken. */
export interface Played {
  readonly worlds: number;
  readonly transactions: number;
  readonly broken: World | null;
}

/** Plays the worlds of a seed and of those after it, until one is broken. */
export function playWorlds(seed: number, mayGoOn: (worlds: number) => boolean, rewrite?: Rewrite): Played {
  const store = new SimStore(rewrite);
  try {
    let transactions = 0;
    let worlds = 0;
    while (mayGoOn(worlds)) {
      const world = playWorld(store, seed + worlds);
      worlds += 1;
      transactions += world.history.length;
      if (world.found.length > 0) return { worlds, transactions, broken: world };
    }
    return { worlds, transactions, broken: null };
  } finally {
    store.close();
  }
}
