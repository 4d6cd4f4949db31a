import { parseJobId } from '../../src/machines/ids/job-id.js';
import type { OperationCall } from '../../src/persistence/writer/operations.js';
import { answer, claim, finish, register, serve } from './calls.js';
import { fencing } from './events.js';
import { answerOf } from './history.js';
import { isOver } from './seen.js';
import type { Given, Host, Lane, World } from './world.js';

const ALL: readonly Lane[] = [
  ...['q', 'r'].map((queue) => ({
    queue,
    path: '/all',
    methods: ['do', 'other', 'rare'].flatMap((name) => ['v1', 'v2'].map((version) => ({ name, version }))),
  })),
  { queue: 'programs', path: '/all', methods: null },
];

/** Rounds that each job may need: its attempts, the deaths of its hosts, and what it waits for. */
const ROUNDS_FOR_EACH = 12;

/**
 * The faults stop, and everything that is to be done is done: the dead are declared dead, queues go on, whoever lives serves
 * everything. All jobs must end, and the clock goes on no further than to what a tick names.
 */
export function drive(world: World): void {
  recover(world);
  const bound = 10 + ROUNDS_FOR_EACH * world.jobs.length;
  for (let round = 0; round < bound; round += 1) {
    if (world.seen.jobs.every(isOver) || world.found.length > 0) return;
    if (!playRound(world)) {
      world.found.push(`the end: nothing can go on any more: ${unfinished(world)}`);
      return;
    }
  }
  world.found.push(`the end: not over after ${bound} rounds: ${unfinished(world)}`);
}

function unfinished({ seen }: World): string {
  const left = seen.jobs.filter((job) => !isOver(job));
  return left.map(({ id, state, parked, parkedFor }) => `${id} ${state} ${parked ?? ''} ${parkedFor ?? ''}`).join(', ');
}

function recover(world: World): void {
  if (world.up().length === 0) world.play([register(`h${world.next()}`)]);
  const [first] = world.up();
  if (first === undefined) return;
  for (const dead of world.hosts.filter(({ status }) => status === 'crashed')) {
    while (dead.status === 'crashed' && world.found.length === 0) world.play(fencing(world, dead, first.id));
  }
  for (const queue of world.checker.memory.paused) world.play([{ name: 'queues.resume', args: { by: '', queue } }]);
  for (const host of world.up()) for (const lane of ALL) world.play([serve(host.id, lane)]);
}

/** Whether anything came of it. */
function playRound(world: World): boolean {
  const before = world.seen;
  const dues = world.up().map(({ id }) => tick(world, id));
  for (const spawnId of world.checker.memory.suspects) proveGone(world, spawnId);
  answerAll(world);
  for (const host of world.up()) {
    for (const lane of ALL) world.play([claim(host.id, lane, 2, () => `s${world.next()}`)]);
    for (const given of world.runningOf(host.id)) world.play([ending(world, host, given)]);
  }
  if (JSON.stringify(before) !== JSON.stringify(world.seen)) return true;
  const due = Math.min(...dues.flatMap((at) => at ?? []));
  if (!Number.isFinite(due) || due <= world.now) return false;
  world.now = due;
  return true;
}

/** Whoever is asked answers. */
function answerAll(world: World): void {
  for (const { job, id, asked, answer: given } of world.seen.questions) {
    const of = world.seen.jobs.find((one) => one.job === job);
    if (asked === 1 && given === null && of !== undefined && !isOver(of))
      world.play([answer(parseJobId(of.id), id, '1')]);
  }
}

function tick(world: World, owner: string): number | null {
  const call = { name: 'jobs.tick', args: { owner } } as const;
  const [outcome] = world.play([call]);
  return outcome === undefined ? null : (answerOf<'jobs.tick'>(call, outcome)?.dueAt ?? null);
}

function proveGone(world: World, spawnId: string): void {
  const given = world.given.find((one) => one.spawnId === spawnId);
  if (given === undefined) return;
  world.play([{ name: 'processes.gone', args: { actor: null, runId: given.owner, spawnId, exit: null } }]);
}

/** What is wanted to end is interrupted. */
function ending(world: World, _host: Host, given: Given): OperationCall {
  const isWanted = world.seen.jobs.some(({ id, wanted }) => id === given.jobId && wanted !== null);
  if (isWanted) return finish(given, 'interrupted');
  return finish(given, world.random.chance(0.8) ? 'succeeded' : 'failed');
}
