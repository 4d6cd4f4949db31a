import { isOver, type Seen, type SeenAttempt, type SeenJob } from './seen.js';

/** What may never stand in the store, whatever went before: one sentence each. */
export function flaws(seen: Seen): string[] {
  const index = indexOf(seen);
  return [
    ...indexFlaws(seen),
    ...countFlaws(seen),
    ...attemptFlaws(seen, index),
    ...keyFlaws(seen),
    ...blockedFlaws(seen, index),
    ...waitingFlaws(seen),
    ...parkedFlaws(seen, index),
    ...familyFlaws(seen, index),
    ...leftoverFlaws(seen, index),
    ...holderFlaws(seen, index),
  ];
}

interface Index {
  readonly jobs: ReadonlyMap<number, SeenJob>;
  readonly attempts: ReadonlyMap<number, SeenAttempt>;
  /** By job. */
  readonly running: ReadonlyMap<number, SeenAttempt>;
  /** Of each job. */
  readonly limits: ReadonlyMap<number, readonly string[]>;
}

function indexOf({ jobs, attempts, jobLimits }: Seen): Index {
  const limits = new Map<number, string[]>();
  for (const { job, name } of jobLimits) limits.set(job, [...(limits.get(job) ?? []), name]);
  const running = attempts.filter(({ state }) => state === 'running');
  return {
    jobs: new Map(jobs.map((job) => [job.job, job])),
    attempts: new Map(attempts.map((attempt) => [attempt.id, attempt])),
    running: new Map(running.map((attempt) => [attempt.job, attempt])),
    limits,
  };
}

function indexFlaws({ jobs, startable }: Seen): string[] {
  const queued = jobs
    .filter(({ state }) => state === 'queued')
    .map(({ queue, rank, job }) => `${queue} ${rank} ${job}`);
  const found = startable.map(({ queue, rank, job }) => `${queue} ${rank} ${job}`);
  if (queued.join() === found.join()) return [];
  return [`startable holds [${found.join(', ')}], and queued are [${queued.join(', ')}]`];
}

function countFlaws({ jobs, counts }: Seen): string[] {
  const fresh = new Map<string, number>();
  for (const { queue, state } of jobs) fresh.set(`${queue} ${state}`, (fresh.get(`${queue} ${state}`) ?? 0) + 1);
  const kept = counts.map(({ queue, state, count }) => `${queue} ${state} ${count}`);
  const counted = [...fresh].map(([what, count]) => `${what} ${count}`).sort();
  if (kept.join() === counted.join()) return [];
  return [`queue_counts says [${kept.join(', ')}], and there are [${counted.join(', ')}]`];
}

function attemptFlaws({ jobs, attempts, hosts }: Seen, { running }: Index): string[] {
  const found: string[] = [];
  const live = new Set(hosts.map(({ id }) => id));
  const all = attempts.filter(({ state }) => state === 'running');
  if (all.length !== running.size) found.push('a job has two running attempts');
  for (const { id, job, state, epoch, wanted, endedAt } of jobs) {
    const attempt = running.get(job);
    if ((attempt !== undefined) !== (state === 'running'))
      found.push(`${id} is ${state}, with${attempt ? '' : 'out'} an attempt that runs`);
    if (attempt !== undefined && attempt.epoch !== epoch)
      found.push(`${id} has epoch ${epoch}, its attempt ${attempt.epoch}`);
    if (attempt !== undefined && !live.has(attempt.owner))
      found.push(`${id} runs on ${attempt.owner}, which has ended`);
    if (isOver({ state }) !== (endedAt !== null)) found.push(`${id} is ${state}, and ended at ${endedAt}`);
    if (wanted !== null && state !== 'running' && !isOver({ state }))
      found.push(`${id} is ${state}, and ${wanted} is wanted of it`);
  }
  return found;
}

function keyFlaws({ jobs, keys }: Seen): string[] {
  const found: string[] = [];
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const held = new Set(keys.map(({ queue, key, id }) => `${queue} ${key} ${id}`));
  const taken = new Set<string>();
  for (const job of jobs) {
    if (job.key === null || isOver(job)) continue;
    const key = `${job.queue} ${job.key}`;
    if (taken.has(key)) found.push(`two unfinished jobs have the key ${key}`);
    taken.add(key);
    if (!held.has(`${key} ${job.id}`)) found.push(`${job.id} does not hold its key ${key}`);
  }
  for (const { queue, key, id, ever } of keys) {
    const job = byId.get(id);
    if (ever === 0 && (job === undefined || isOver(job)))
      found.push(`the key ${queue} ${key} is held by ${id}, which has ended`);
  }
  return found;
}

function blockedFlaws({ jobs, dependencies }: Seen, { jobs: byNumber }: Index): string[] {
  const found: string[] = [];
  const waits = new Set<number>();
  for (const { job, needs, met, awaitedBy } of dependencies) {
    const needed = byNumber.get(needs);
    if (needed === undefined) continue;
    if ((met === 1) !== isOver(needed))
      found.push(`a dependency on ${needed.id}, which is ${needed.state}, is ${met === 1 ? '' : 'not '}met`);
    if (!isOver(needed) && awaitedBy === null) waits.add(job);
  }
  for (const { id, job, state } of jobs) {
    if (state === 'blocked' && !waits.has(job)) found.push(`${id} is blocked by nothing`);
    if (state !== 'blocked' && waits.has(job) && !['cancelled', 'timed_out', 'failed', 'skipped'].includes(state)) {
      found.push(`${id} is ${state} before what it waits for has ended`);
    }
  }
  return found;
}

/** What waits has something that it waits for: what its last attempt asked, or jobs that it named. */
function waitingFlaws({ jobs, attempts, questions, dependencies }: Seen): string[] {
  return jobs.flatMap(({ id, job, state }) => {
    if (state !== 'waiting') return [];
    const last = attempts.findLast((attempt) => attempt.job === job);
    const isLast = (attempt: number | null) => attempt === last?.attempt;
    const open =
      questions.some((one) => one.job === job && one.suspends === 1 && one.answer === null && isLast(one.attempt)) ||
      dependencies.some((one) => one.job === job && one.met === 0 && isLast(one.awaitedBy));
    if (last?.state !== 'suspended') return [`${id} waits after an attempt that is ${last?.state}`];
    return open ? [] : [`${id} waits for nothing`];
  });
}

/** What is parked must be let go by something that is sure to come. */
function parkedFlaws(seen: Seen, index: Index): string[] {
  return seen.jobs.flatMap((job) => {
    if ((job.state === 'parked') !== (job.parked !== null))
      return [`${job.id} is ${job.state}, and parked for ${job.parked}`];
    if (job.state !== 'parked' || isToEnd(job, seen, index)) return [];
    return [`${job.id} is stranded: parked for ${job.parked} ${job.parkedFor}, which nothing will end`];
  });
}

function isToEnd(job: SeenJob, seen: Seen, index: Index): boolean {
  switch (job.parked) {
    case 'not_before':
    case 'backoff':
      return job.parkedUntil !== null;
    case 'limit':
      return isFull(job, seen, index);
    case 'method':
    case 'version':
      return !seen.serving.some((served) => served.queue === job.queue && canDo(served.methods, job));
    case 'children':
      return seen.jobs.some(({ parent, key, state }) => parent === job.job && key === null && state === 'running');
    default:
      return false;
  }
}

/** Nothing of an attempt before runs beside the next: what was submitted under no key is met again by nobody. */
function leftoverFlaws({ jobs }: Seen, { jobs: byNumber }: Index): string[] {
  return jobs.flatMap(({ id, parent, key, state, wanted }) => {
    const above = parent === null ? undefined : byNumber.get(parent);
    if (above?.state !== 'running' || state !== 'running' || key !== null || wanted !== 'parent') return [];
    return [`${above.id} runs again beside ${id}, which an attempt before has left`];
  });
}

function canDo(methods: string | null, { method, version }: SeenJob): boolean {
  const known: { name: string; version: string | null }[] = JSON.parse(methods ?? '[]');
  return known.some((one) => one.name === method && (version === null || one.version === version));
}

/** Full now, or looked at again at a known time, or another one of its queue that needs it is about to start. */
function isFull({ queue, parkedFor }: SeenJob, { jobs, limits, holders }: Seen, index: Index): boolean {
  const limit = limits.find(({ name }) => name === parkedFor);
  const held = holders.filter(({ name, attempt }) => name === parkedFor && isHeld(index.attempts.get(attempt))).length;
  if (limit !== undefined && limit.wakeAt !== null) return true;
  if (limit !== undefined && limit.concurrency !== null && held >= limit.concurrency) return true;
  return jobs.some(
    (job) =>
      job.state === 'queued' && job.queue === queue && (index.limits.get(job.job) ?? []).includes(parkedFor ?? ''),
  );
}

/** What could not be proven gone holds on. */
function isHeld(attempt: SeenAttempt | undefined): boolean {
  return attempt !== undefined && (attempt.state === 'running' || attempt.process === 'suspect');
}

function familyFlaws({ jobs }: Seen, { jobs: byNumber }: Index): string[] {
  return jobs.flatMap((job) => {
    const parent = job.parent === null ? undefined : byNumber.get(job.parent);
    if (parent === undefined || !isOver(parent) || parent.state === 'succeeded') return [];
    if (job.onParentEnd === 'abandon' || isOver(job) || job.wanted !== null) return [];
    return [`${job.id} is ${job.state}, and its parent is ${parent.state}`];
  });
}

function holderFlaws({ holders }: Seen, { attempts, running, limits }: Index): string[] {
  const held = new Set(holders.map(({ name, attempt }) => `${name} ${attempt}`));
  const left = holders.flatMap(({ name, attempt }) =>
    isHeld(attempts.get(attempt)) ? [] : [`${name} is held by attempt ${attempt}, which is gone`],
  );
  const missing = [...running.values()].flatMap(({ id, job }) =>
    (limits.get(job) ?? [])
      .filter((name) => !held.has(`${name} ${id}`))
      .map((name) => `attempt ${id} does not hold ${name}`),
  );
  return [...left, ...missing];
}
