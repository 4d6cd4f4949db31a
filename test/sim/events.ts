import type { OperationCall } from '../../src/persistence/writer/operations.js';
import { anyJobs, LIMITS } from './any-job.js';
import { answer, ask, claim, finish, type How, live, QUESTIONS, register, release, serve } from './calls.js';
import type { Given, Host, Lane, World } from './world.js';

/** Something that may happen next: calls to be made in one transaction. What it does beside them it does at once. */
export type Event = (world: World) => readonly OperationCall[];

const DAY = 86_400_000;

/** What may happen, and how often beside the others. */
export const EVENTS: readonly (readonly [weight: number, event: Event])[] = [
  [8, (world) => [{ name: 'jobs.submit', args: { by: anyBy(world), jobs: anyJobs(world) } }]],
  [
    14,
    (world) => withLane(world, (host, lane) => claim(host.id, lane, 1 + world.random.below(3), () => spawnId(world))),
  ],
  [14, (world) => withRunning(world, (given) => finishing(world, given))],
  [3, (world) => withRunning(world, (given) => asks(world, given))],
  [2, (world) => withRunning(world, (given) => waits(world, given))],
  [4, (world) => withJob(world, (jobId) => answer(jobId, anyQuestion(world), world.random.chance(0.8) ? '1' : '2'))],
  [3, (world) => withRunning(world, (given) => (isBegun(world, given) ? null : release(given)))],
  [4, (world) => withRunning(world, (given) => begun(world, given))],
  [5, (world) => withHost(world, ({ id }) => ({ name: 'jobs.tick', args: { owner: id } }))],
  [5, (world) => passTime(world)],
  [3, (world) => withJob(world, (jobId) => ({ name: 'jobs.cancel', args: { by: anyBy(world), jobId, reason: null } }))],
  [
    1,
    (world) =>
      withJob(world, (jobId) => ({
        name: 'jobs.prioritise',
        args: { by: '', jobId, priority: world.random.below(4) },
      })),
  ],
  [1, ({ random }) => [{ name: 'queues.pause', args: { by: '', queue: anyQueue(random) } }]],
  [2, ({ random }) => [{ name: 'queues.resume', args: { by: '', queue: anyQueue(random) } }]],
  [2, (world) => [{ name: 'limits.set', args: { by: '', ...anyLimit(world) } }]],
  [2, (world) => joins(world)],
  [2, (world) => withHost(world, (host) => serves(world, host))],
  [1, (world) => withHost(world, (host) => leaves(world, host))],
  [2, crashes],
  [4, (world) => fences(world)],
  [
    1,
    (world) =>
      withHost(world, ({ id }) => (world.present(id).length > 0 ? null : { name: 'hosts.end', args: { runId: id } })),
  ],
  [2, (world) => proves(world)],
  [4, (world) => late(world)],
];

type Random = World['random'];

function anyQueue(random: Random): string {
  return random.weighted(
    [
      [5, 'q'],
      [2, 'r'],
      [2, 'programs'],
    ],
    'q',
  );
}

function anyBy(world: World): string {
  return world.random.chance(0.5) ? '' : (world.random.pick(world.up())?.id ?? '');
}

function spawnId(world: World): string {
  return `s${world.next()}`;
}

function withHost(world: World, then: (host: Host) => OperationCall | null): readonly OperationCall[] {
  const host = world.random.pick(world.up());
  return host === undefined ? [] : [then(host)].flatMap((call) => call ?? []);
}

function withLane(world: World, then: (host: Host, lane: Lane) => OperationCall): readonly OperationCall[] {
  return withHost(world, (host) => {
    const lane = world.random.pick(host.lanes);
    return lane === undefined ? null : then(host, lane);
  });
}

function withRunning(world: World, then: (given: Given) => OperationCall | null): readonly OperationCall[] {
  const given = world.random.pick(world.up().flatMap(({ id }) => world.runningOf(id)));
  return given === undefined ? [] : [then(given)].flatMap((call) => call ?? []);
}

function withJob(world: World, then: (jobId: Given['jobId']) => OperationCall): readonly OperationCall[] {
  const jobId = world.random.pick(world.random.chance(0.8) ? world.jobs.slice(-6) : world.jobs);
  return jobId === undefined ? [] : [then(jobId)];
}

const HOWS: readonly (readonly [number, How])[] = [
  ...([
    [8, 'succeeded'],
    [5, 'failed'],
    [1, 'timed_out'],
    [2, 'interrupted'],
    [2, 'lost'],
    [1, 'unfit'],
    [3, 'suspended'],
  ] as const),
];

function finishing(world: World, given: Given): OperationCall {
  const unproven = given.spawnId !== null && world.random.chance(0.3) ? 'still there' : undefined;
  return finish(given, world.random.weighted(HOWS, 'failed'), unproven, others(world, given));
}

function asks(world: World, given: Given): OperationCall {
  return ask(given, anyQuestion(world), world.random.chance(0.7));
}

function waits(world: World, given: Given): OperationCall {
  const { jobId, attempt } = given;
  return { name: 'jobs.waitFor', args: { by: '', wait: { jobId, attempt, jobs: others(world, given) } } };
}

function anyQuestion({ random }: World): string {
  return random.pick(QUESTIONS) ?? 'go';
}

/** Jobs that somebody may wait for, be it himself. */
function others({ random, jobs }: World, { jobId }: Given): readonly Given['jobId'][] {
  const recent = jobs.slice(-6);
  const found = random.chance(0.4) ? [] : [random.pick(recent), random.pick(recent)].flatMap((id) => id ?? []);
  // Mostly something that can come.
  return random.chance(0.9) ? found.filter((id) => id !== jobId) : found;
}

function isBegun(world: World, { spawnId }: Given): boolean {
  return spawnId !== null && world.begun.has(spawnId);
}

function begun(world: World, given: Given): OperationCall | null {
  const { spawnId } = given;
  if (spawnId === null || world.begun.has(spawnId)) return null;
  world.begun.add(spawnId);
  return live(given, spawnId);
}

function passTime(world: World): readonly [] {
  const { random } = world;
  const due = [
    ...world.seen.jobs.flatMap(({ parkedUntil }) => parkedUntil ?? []),
    ...world.seen.limits.flatMap(({ wakeAt }) => wakeAt ?? []),
  ];
  const next = Math.min(...due);
  const toNext = Number.isFinite(next) ? Math.max(0, next - world.now) : 10;
  world.now += random.weighted(
    [
      [6, random.below(120)],
      [4, toNext],
      [1, toNext - 1],
      [1, -random.below(200)],
      [0.3, DAY],
      [0.3, -DAY],
    ],
    1,
  );
  world.now = Math.max(1, world.now);
  return [];
}

function anyLimit({ random }: World) {
  const name = random.pick(LIMITS) ?? 'l';
  if (random.chance(0.15)) return { name, settings: null };
  const rate = { count: 1 + random.below(2), perMs: 50 + random.below(100), burst: 1 + random.below(2) };
  const concurrency = random.chance(0.75) ? 1 + random.below(2) : null;
  return { name, settings: { concurrency, rate: random.chance(0.5) ? rate : null } };
}

/** A host joins, and serves at once. */
function joins(world: World): readonly OperationCall[] {
  if (world.up().length >= 4) return [];
  const id = `h${world.next()}`;
  return [register(id), serve(id, anyLane(world)), serve(id, anyLane(world))];
}

function serves(world: World, host: Host): OperationCall | null {
  return host.lanes.length >= 4 ? null : serve(host.id, anyLane(world));
}

function leaves(world: World, host: Host): OperationCall | null {
  const lane = world.random.pick(host.lanes);
  if (lane === undefined) return null;
  host.lanes.splice(host.lanes.indexOf(lane), 1);
  return { name: 'queues.leave', args: { owner: host.id, queue: lane.queue, path: lane.path } };
}

function anyLane(world: World): Lane {
  const { random } = world;
  const queue = anyQueue(random);
  const path = `/p${world.next()}`;
  if (queue === 'programs') return { queue, path, methods: null };
  const known = random.weighted(
    [
      [6, ['do', 'other']],
      [3, ['do']],
      [1, ['rare', 'do']],
    ],
    ['do'],
  );
  return {
    queue,
    path,
    methods: known.map((name) => ({
      name,
      version: random.weighted<string | null>(
        [
          [2, 'v1'],
          [1, 'v2'],
          [2, null],
        ],
        null,
      ),
    })),
  };
}

function crashes(world: World): readonly [] {
  const host = world.random.pick(world.up());
  if (host !== undefined) host.status = 'crashed';
  return [];
}

/** What a dead host had is proven gone or is not, one after another; then it is declared dead. */
function fences(world: World): readonly OperationCall[] {
  const dead = world.random.pick(world.hosts.filter(({ status }) => status === 'crashed'));
  const victim = dead ?? (world.random.chance(0.1) ? world.random.pick(world.up()) : undefined);
  const by = world.random.pick(world.up().filter((host) => host !== victim));
  return victim === undefined ? [] : fencing(world, victim, by?.id ?? null);
}

/** @param by null for a command line */
export function fencing(world: World, { id }: Host, by: string | null): readonly OperationCall[] {
  const [present] = world.present(id);
  if (present === undefined) return [{ name: 'hosts.fence', args: { runId: id, by: by ?? 'nobody' } }];
  const ref = { actor: by, runId: id, spawnId: present };
  if (world.random.chance(0.7)) return [{ name: 'processes.gone', args: { ...ref, exit: null } }];
  return [{ name: 'processes.suspect', args: { ...ref, reason: 'cannot be read' } }];
}

/** What could not be proven gone is, later. */
function proves(world: World): readonly OperationCall[] {
  const spawnId = world.random.pick([...world.checker.memory.suspects]);
  const given = world.given.find((one) => one.spawnId === spawnId);
  if (spawnId === undefined || given === undefined) return [];
  return [{ name: 'processes.gone', args: { actor: null, runId: given.owner, spawnId, exit: null } }];
}

/** Somebody writes what nobody may write any more: of an attempt that is over, of another host, or as a host that is. */
function late(world: World): readonly OperationCall[] {
  const { random } = world;
  const given = random.pick(world.given);
  const other = random.pick(world.hosts);
  const over = random.pick(world.hosts.filter(({ status }) => status === 'over'));
  if (given === undefined) return [];
  const owner = random.chance(0.4) && other !== undefined ? other.id : given.owner;
  const isOurs = world.runningOf(owner).includes(given);
  if (over !== undefined && random.chance(0.4)) return [asOver(world, over)];
  if (isOurs) return [];
  return [random.chance(0.7) ? finish({ ...given, owner }, 'succeeded') : release({ ...given, owner })];
}

function asOver(world: World, { id }: Host): OperationCall {
  const lane: Lane = { queue: 'q', path: '/late', methods: [{ name: 'do', version: null }] };
  const calls: readonly OperationCall[] = [
    claim(id, lane, 1, () => spawnId(world)),
    serve(id, lane),
    { name: 'jobs.tick', args: { owner: id } },
    { name: 'jobs.submit', args: { by: id, jobs: anyJobs(world) } },
  ];
  return world.random.pick(calls) ?? claim(id, lane, 1, () => spawnId(world));
}
