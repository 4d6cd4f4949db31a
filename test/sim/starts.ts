import type { OperationArgs, OperationResults } from '../../src/persistence/writer/operations.js';
import type { Entry } from './history.js';
import type { KnownJob, Memory } from './memory.js';
import { isOver } from './seen.js';

type Claimed = OperationResults['jobs.claim'][number];

/** What a claim breaks: each start by itself, in the order in which they were answered. */
export function startsOf(
  memory: Memory,
  args: OperationArgs['jobs.claim'],
  claimed: readonly Claimed[],
  entry: Entry,
): string[] {
  return claimed.flatMap((start) => {
    const { jobId, epoch, spawnId } = start;
    const job = memory.jobs.get(jobId);
    if (job === undefined) return [`${jobId} starts, and was not submitted`];
    const found = [
      ...(memory.running.has(jobId) ? ['while it runs'] : []),
      ...(memory.ends.has(jobId) ? [`and ended as ${memory.ends.get(jobId)}`] : []),
      ...(memory.wished.has(jobId) ? ['and its end was wished'] : []),
      ...(memory.paused.has(job.queue) ? ['while its queue is paused'] : []),
      ...(job.queue === args.queue ? [] : [`from ${args.queue}`]),
      ...(epoch === (memory.epochs.get(jobId) ?? 0) + 1 ? [] : [`with epoch ${epoch}`]),
      ...(job.notBefore === null || job.notBefore <= memory.latest ? [] : ['before its time']),
      ...early(job, entry),
      ...crowded(memory, args.owner, jobId),
      ...overLimits(memory, job),
      ...untold(memory, start),
    ];
    memory.waits.delete(jobId);
    memory.running.set(jobId, { owner: args.owner, epoch, spawnId });
    memory.epochs.set(jobId, epoch);
    if (spawnId !== null) memory.processes.set(spawnId, { job: jobId, epoch });
    return found.map((what) => `${jobId} starts on ${args.owner} ${what}`);
  });
}

/** It finds every answer that was acknowledged. */
function untold({ answers }: Memory, { jobId, answers: told }: Claimed): string[] {
  return [...answers].flatMap(([name, value]) => {
    const [job = '', id = ''] = name.split(' ');
    return job !== jobId || told[id] === value ? [] : [`without the answer to ${id}`];
  });
}

/** What has ended stays so: it is enough to look afterwards. */
function early({ after }: KnownJob, { after: seen }: Entry): string[] {
  return seen.jobs.filter((job) => after.includes(job.id) && !isOver(job)).map(({ id }) => `before ${id} has ended`);
}

function crowded({ running, alone }: Memory, owner: string, jobId: string): string[] {
  const beside = [...running].filter(([, attempt]) => attempt.owner === owner).map(([id]) => id);
  if (beside.length === 0) return [];
  if (alone.has(jobId)) return [`beside ${beside.join(', ')}, and must be alone`];
  return beside.filter((id) => alone.has(id)).map((id) => `beside ${id}, which must be alone`);
}

/** What runs holds its limits, and so does what could not be proven gone. */
function overLimits(memory: Memory, { limits }: KnownJob): string[] {
  return [...new Set(limits)].flatMap((name) => {
    const limit = memory.limits.get(name);
    if (limit === undefined) return [];
    const { concurrency, rate, tokens } = limit;
    const found: string[] = [];
    const held = holders(memory, name);
    if (concurrency !== null && held.size >= concurrency)
      found.push(`over ${name}, which ${[...held].join(', ')} hold`);
    if (rate !== null && tokens < 1 - 1e-6) found.push(`without a token of ${name}`);
    if (rate !== null) memory.limits.set(name, { ...limit, tokens: tokens - 1 });
    return found;
  });
}

function holders({ running, suspects, processes, jobs }: Memory, name: string): ReadonlySet<string> {
  const holds = (jobId: string) => jobs.get(jobId)?.limits.includes(name) === true;
  const held = new Set<string>();
  for (const [jobId, { epoch }] of running) if (holds(jobId)) held.add(`${jobId} ${epoch}`);
  for (const spawnId of suspects) {
    const of = processes.get(spawnId);
    if (of !== undefined && holds(of.job)) held.add(`${of.job} ${of.epoch}`);
  }
  return held;
}
