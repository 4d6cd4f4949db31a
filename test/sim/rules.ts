import type { Outcome } from '../../src/persistence/writer/group.js';
import type { OperationArgs, OperationCall, OperationResults } from '../../src/persistence/writer/operations.js';
import { answerOf, type Entry, refusalOf } from './history.js';
import type { KnownAttempt, Memory } from './memory.js';
import { isOver } from './seen.js';
import { startsOf } from './starts.js';
import { answered, asked, refusedAnswer, waitsFor } from './talk.js';

/** One call of a transaction with what it was answered. */
export interface Asked {
  readonly call: OperationCall;
  readonly outcome: Outcome;
  readonly entry: Entry;
}

const EXPECTED = new Set(['ESP_FENCED', 'ESP_CONFLICT', 'ESP_KEY_CONFLICT', 'ESP_NOT_FOUND', 'ESP_ANSWERED']);

/** What one answer breaks, seen from all that was answered before; remembers it. */
export function judge(memory: Memory, asked: Asked): string[] {
  const { call, outcome, entry } = asked;
  const refusal = refusalOf(outcome);
  if (refusal === null) return [...fenced(memory, call), ...accept(memory, asked)];
  if (entry.commitFailed && refusal === 'ESP_STORE_FULL') return [];
  if (!EXPECTED.has(refusal)) return [`${call.name} ${refusal}`];
  if (refusal === 'ESP_ANSWERED') return refusedAnswer(memory, call);
  const actor = actorOf(call);
  return refusal === 'ESP_FENCED' && (actor === '' || memory.live.has(actor))
    ? [`${call.name} of ${actor}, which lives, is fenced`]
    : [];
}

/** Who writes; '' for a command line. */
function actorOf({ name, args }: OperationCall): string {
  if (name === 'hosts.register' || name === 'hosts.heartbeat') return '';
  if ('owner' in args && typeof args.owner === 'string') return args.owner;
  if ('by' in args) return args.by;
  if ('actor' in args) return args.actor ?? '';
  return name === 'hosts.end' ? args.runId : '';
}

/** These answer a host that has ended without doing anything for it. */
const HARMLESS = new Set(['jobs.finish', 'queues.leave', 'hosts.end', 'hosts.fence']);

function fenced({ live }: Memory, call: OperationCall): string[] {
  const actor = actorOf(call);
  if (actor === '' || live.has(actor) || HARMLESS.has(call.name)) return [];
  return [`${call.name} of ${actor}, which has ended, was done`];
}

function accept(memory: Memory, { call, outcome, entry }: Asked): string[] {
  switch (call.name) {
    case 'hosts.register':
      memory.live.add(call.args.runId);
      return [];
    case 'hosts.fence':
      return answerOf(call, outcome) ? losesHost(memory, call.args.runId, true, entry) : [];
    case 'hosts.end':
      return memory.live.has(call.args.runId) ? losesHost(memory, call.args.runId, false, entry) : [];
    case 'processes.suspect':
      memory.suspects.add(call.args.spawnId);
      return [];
    case 'processes.gone':
      memory.suspects.delete(call.args.spawnId);
      return [];
    case 'queues.pause':
      memory.paused.add(call.args.queue);
      return [];
    case 'queues.resume':
      memory.paused.delete(call.args.queue);
      return [];
    case 'limits.set':
      setLimit(memory, call.args);
      return [];
    case 'jobs.submit':
      return submitted(memory, call.args, answerOf(call, outcome) ?? []);
    case 'jobs.claim':
      return startsOf(memory, call.args, answerOf(call, outcome) ?? [], entry);
    case 'jobs.finish':
      return finished(memory, call.args, answerOf(call, outcome), entry);
    case 'jobs.release':
      return released(memory, call.args, answerOf(call, outcome) ?? []);
    case 'jobs.cancel':
      return cancelled(memory, call.args.jobId, answerOf(call, outcome), entry);
    case 'jobs.ask':
      return asked(memory, call.args, answerOf(call, outcome));
    case 'jobs.answer':
      return answered(memory, call.args, answerOf(call, outcome));
    case 'jobs.waitFor':
      return waitsFor(memory, call.args, answerOf(call, outcome));
    case 'jobs.tick':
      return entry.calls.length > 1 ? [] : ticked(answerOf(call, outcome)?.dueAt ?? null, entry);
    default:
      return [];
  }
}

/** A bucket that is set anew has no more than fits in it. */
function setLimit({ limits }: Memory, { name, settings }: OperationArgs['limits.set']): void {
  if (settings === null) limits.delete(name);
  else limits.set(name, { ...settings, tokens: settings.rate?.burst ?? 0 });
}

function submitted(
  { jobs }: Memory,
  { jobs: asked }: OperationArgs['jobs.submit'],
  answers: OperationResults['jobs.submit'],
): string[] {
  const standsFor = new Map<string, string>();
  return asked.flatMap((job, index) => {
    const answer = answers[index];
    if (answer === undefined) return [`${job.jobId} was not answered`];
    if (answer.existing) {
      standsFor.set(job.jobId, answer.jobId);
      const known = jobs.get(answer.jobId);
      return known?.queue === job.queue && known.key === job.key?.key
        ? []
        : [`${job.jobId} has the key of ${answer.jobId}`];
    }
    const { queue, notBefore, limits, policy, parent } = job;
    const after = job.after.map((id) => standsFor.get(id) ?? id);
    const { attempts, onLost, isolateAfter } = policy;
    jobs.set(job.jobId, {
      ...{ queue, notBefore, after, limits, attempts, onLost, isolateAfter, parent },
      key: job.key?.key ?? null,
    });
    return [];
  });
}

/** Whether this attempt runs, as far as was acknowledged. */
function current(
  memory: Memory,
  owner: string,
  { jobId, epoch }: { jobId: string; epoch: number },
): KnownAttempt | null {
  const running = memory.running.get(jobId);
  return running?.owner === owner && running.epoch === epoch ? running : null;
}

function finished(
  memory: Memory,
  { owner, attempt }: OperationArgs['jobs.finish'],
  answer: OperationResults['jobs.finish'] | undefined,
  entry: Entry,
): string[] {
  const { jobId, how } = attempt;
  const running = current(memory, owner, attempt);
  if ((running === null) !== (answer?.type === 'late')) {
    return [
      `the end of attempt ${attempt.epoch} of ${jobId} by ${owner} is ${running ? 'late, and it ran' : 'taken, and it did not run'}`,
    ];
  }
  if (running === null || answer === undefined) return [];
  memory.running.delete(jobId);
  const said = (memory.waits.get(jobId)?.size ?? 0) > 0;
  memory.waits.delete(jobId);
  if (attempt.unproven !== undefined && running.spawnId !== null) memory.suspects.add(running.spawnId);
  else if (running.spawnId !== null) memory.suspects.delete(running.spawnId);
  const isWished = memory.wished.has(jobId);
  const wasWanted = memory.seen.jobs.some(({ id, wanted }) => id === jobId && wanted !== null);
  switch (answer.type) {
    case 'ended':
      memory.ends.set(jobId, answer.outcome);
      if (said && answer.outcome === 'succeeded') return [`${jobId} ended to wait, and has succeeded`];
      // What may still run is not executed again beside that: it ends.
      if (said && attempt.unproven !== undefined) return [];
      if (how !== 'succeeded' || wasWanted || isWished || entry.calls.length > 1 || answer.outcome === 'succeeded')
        return [];
      return [`${jobId} succeeded, and ended as ${answer.outcome}`];
    case 'retried':
      memory.crashes.delete(jobId);
      memory.alone.delete(jobId);
      return [...goesOn(memory, jobId, entry), ...failed(memory, jobId)];
    case 'returned':
      if (how === 'lost') memory.crashes.delete(jobId);
      return goesOn(memory, jobId, entry);
    case 'waiting':
    case 'resumed':
      memory.crashes.delete(jobId);
      memory.alone.delete(jobId);
      if (memory.wished.has(jobId)) return [`${jobId} waits, and its end was wished`];
      return how === 'suspended' || said ? [] : [`${jobId} waits, and its attempt has said for nothing`];
    case 'late':
      return [];
    default:
      return answer satisfies never;
  }
}

function failed({ failures, jobs }: Memory, jobId: string): string[] {
  const count = (failures.get(jobId) ?? 0) + 1;
  failures.set(jobId, count);
  return count < (jobs.get(jobId)?.attempts ?? 0) ? [] : [`${jobId} is tried again after ${count} attempts`];
}

/** A job that is queued again: nobody wished its end, and what its attempt submitted under no key has ended or is to. */
function goesOn({ wished, seen }: Memory, jobId: string, { after, calls }: Entry): string[] {
  const found = wished.has(jobId) ? [`${jobId} goes on, and its end was wished`] : [];
  if (calls.length > 1) return found;
  const parent = after.jobs.find(({ id }) => id === jobId)?.job;
  const known = new Set(seen.jobs.map(({ id }) => id));
  const left = after.jobs.filter(
    (job) => job.parent === parent && job.key === null && known.has(job.id) && !isOver(job),
  );
  return [
    ...found,
    ...left.filter(({ wanted }) => wanted === null).map(({ id }) => `${id} is of an attempt of before, and goes on`),
  ];
}

function released(
  memory: Memory,
  { owner, claims }: OperationArgs['jobs.release'],
  answers: OperationResults['jobs.release'],
): string[] {
  return claims.flatMap((claim, index) => {
    const running = current(memory, owner, claim);
    if ((running === null) !== (answers[index] === 'late'))
      return [`the release of ${claim.jobId} was ${answers[index]}`];
    if (running !== null) {
      memory.running.delete(claim.jobId);
      memory.waits.delete(claim.jobId);
    }
    return [];
  });
}

function cancelled(
  memory: Memory,
  jobId: string,
  answer: OperationResults['jobs.cancel'] | undefined,
  { calls }: Entry,
): string[] {
  const isRunning = memory.running.has(jobId);
  switch (answer) {
    case 'wanted':
      memory.wished.add(jobId);
      return isRunning ? [] : [`${jobId} is only wanted to end, and does not run`];
    case 'ended':
      memory.wished.add(jobId);
      memory.ends.set(jobId, 'cancelled');
      return isRunning ? [`${jobId} was cancelled while it ran`] : [];
    case 'over':
      if (calls.length > 1 || memory.ends.has(jobId)) return [];
      return [`${jobId} is said to have ended, and has not`];
    case undefined:
      return [];
    default:
      return answer satisfies never;
  }
}

/** A host is gone; what it ran is queued again, or has ended. */
function losesHost(memory: Memory, host: string, isDeath: boolean, { after, calls }: Entry): string[] {
  memory.live.delete(host);
  return [...memory.running].flatMap(([jobId, { owner }]) => {
    if (owner !== host) return [];
    memory.running.delete(jobId);
    memory.waits.delete(jobId);
    if (!isDeath) return [];
    const count = (memory.crashes.get(jobId) ?? 0) + 1;
    const wasAlone = memory.alone.has(jobId);
    memory.crashes.set(jobId, count);
    const { isolateAfter = null } = memory.jobs.get(jobId) ?? {};
    if (isolateAfter !== null && count >= isolateAfter) memory.alone.add(jobId);
    const state = after.jobs.find(({ id }) => id === jobId)?.state ?? 'running';
    if (calls.length > 1 || !wasAlone || isOver({ state })) return [];
    return [`${jobId} killed its host while it ran alone, and is ${state}`];
  });
}

/** Nothing that waits for a time is forgotten. */
function ticked(next: number | null, { after }: Entry): string[] {
  const times = [...after.jobs.map(({ parkedUntil }) => parkedUntil), ...after.limits.map(({ wakeAt }) => wakeAt)];
  return times.flatMap((time) =>
    time === null || (next !== null && next <= time)
      ? []
      : [`something is due at ${time}, and the next look is at ${next}`],
  );
}
