import type { OperationCall } from '../../src/persistence/writer/operations.js';
import { claim, finish, type NewJobText, newJob, POLICY, register, release, serve } from './calls.js';
import { fencing } from './events.js';
import type { Lane, World } from './world.js';

/** What may still happen beside what must. */
export interface Budget {
  readonly faults: number;
  /** How often the clock goes on. */
  readonly moments: number;
}

/** Something that may happen next. */
export interface Move {
  readonly isFault: boolean;
  readonly leaves: Budget;
  readonly make: (world: World) => void;
}

/** The backoff of a small world, and the time of a token. */
const MOMENT = 100;

const LANE: Lane = { queue: 'q', path: '/q', methods: [{ name: 'do', version: null }] };
const ANYWAY = { ...POLICY, onDependency: 'run' } as const;
const FRAGILE = { ...POLICY, isolateAfter: 1 };

/** Two hosts, and a limit for one attempt at a time. */
function begin(world: World, jobs: (next: () => ReturnType<World['nextJob']>) => readonly NewJobText[]): void {
  world.play([register('a'), register('b')]);
  world.play([serve('a', LANE), serve('b', LANE)]);
  world.play([{ name: 'limits.set', args: { by: '', name: 'l', settings: { concurrency: 1, rate: null } } }]);
  world.play([{ name: 'jobs.submit', args: { by: '', jobs: jobs(() => world.nextJob()) } }]);
}

const limits = ['l'];

/** The small worlds, by name. */
export const BEGINNINGS = {
  limit: (world) => begin(world, (next) => [1, 2, 3].map(() => newJob(next(), { limits }))),
  rate: (world) => {
    begin(world, (next) => [1, 2, 3].map(() => newJob(next(), { limits })));
    const rate = { count: 1, perMs: MOMENT, burst: 1 };
    world.play([{ name: 'limits.set', args: { by: '', name: 'l', settings: { concurrency: 1, rate } } }]);
  },
  order: (world) =>
    begin(world, (next) => {
      const [first, second, third] = [next(), next(), next()];
      return [
        newJob(first, { limits }),
        newJob(second, { after: [first], limits }),
        newJob(third, { after: [first, second], policy: ANYWAY, limits }),
      ];
    }),
  family: (world) =>
    begin(world, (next) => {
      const [first, second, third] = [next(), next(), next()];
      return [
        newJob(first),
        newJob(second, { parent: first, limits }),
        newJob(third, { parent: first, after: [second], policy: ANYWAY, limits, deadline: world.now + MOMENT }),
      ];
    }),
  alone: (world) =>
    begin(world, (next) => [1, 2, 3].map((n) => newJob(next(), n === 1 ? { policy: FRAGILE } : { limits }))),
} satisfies Readonly<Record<string, (world: World) => void>>;

export type Beginning = keyof typeof BEGINNINGS;

export function movesOf(world: World, budget: Budget): readonly Move[] {
  const good = goodCalls(world).map((calls) => moveOf(calls, budget, false));
  const later: Move = {
    isFault: false,
    leaves: { ...budget, moments: budget.moments - 1 },
    make: (of) => {
      of.now += MOMENT;
    },
  };
  const time = budget.moments > 0 ? [later] : [];
  return [...good, ...time, ...(budget.faults > 0 ? faults(world, { ...budget, faults: budget.faults - 1 }) : [])];
}

function moveOf(calls: readonly OperationCall[], leaves: Budget, isFault: boolean): Move {
  return { isFault, leaves, make: (world) => void world.play(calls) };
}

function goodCalls(world: World): (readonly OperationCall[])[] {
  const up = world.up();
  const running = up.flatMap(({ id }) => world.runningOf(id));
  const dead = world.hosts.filter(({ status }) => status === 'crashed');
  const late = world.given.filter((given) => !running.includes(given));
  return [
    ...up.map(({ id }) => [claim(id, LANE, 1, () => '')]),
    ...running.flatMap((given) => [[finish(given, 'succeeded')], [finish(given, 'failed')]]),
    ...up.slice(0, 1).map(({ id }): OperationCall[] => [{ name: 'jobs.tick', args: { owner: id } }]),
    ...dead.map((host) => fencing(world, host, up[0]?.id ?? null)),
    // What comes too late changes nothing.
    ...late.filter(({ owner }) => world.host(owner)?.status !== 'crashed').map((given) => [finish(given, 'succeeded')]),
    ...[...world.checker.memory.paused].map((queue): OperationCall[] => [
      { name: 'queues.resume', args: { by: '', queue } },
    ]),
  ];
}

function faults(world: World, leaves: Budget): Move[] {
  const running = world.up().flatMap(({ id }) => world.runningOf(id));
  const fault = (calls: readonly OperationCall[]) => moveOf(calls, leaves, true);
  const unmade = (make: (of: World) => void): Move => ({ isFault: true, leaves, make });
  return [
    ...world.up().map(({ id }) => unmade((of) => crash(of, id))),
    ...world
      .up()
      .slice(0, 1)
      .map(({ id }) => fault([{ name: 'hosts.end', args: { runId: id } }])),
    ...world.jobs.map((jobId) => fault([{ name: 'jobs.cancel', args: { by: '', jobId, reason: null } }])),
    ...running.map((given) => fault([release(given)])),
    fault([{ name: 'queues.pause', args: { by: '', queue: 'q' } }]),
    unmade((of) => {
      of.now -= MOMENT;
    }),
  ];
}

function crash(world: World, id: string): void {
  const host = world.host(id);
  if (host !== undefined) host.status = 'crashed';
}
