import { byteText, KEPT_OUTPUT_BYTES } from '../../../stream-text.js';
import type { AttemptRecord } from '../../work/attempt.js';
import type { Cause, Finding } from '../findings/explanation.js';
import type { Facts, RunFact, SlotFact } from '../findings/facts.js';
import { finding } from '../findings/finding.js';
import { count, duration, errorText, evidence, how, lastWords, ofType, short, some } from '../findings/words.js';
import { callAdvice, callSentence, causeOfCall, lostCall, methodOf, startsOf, workersOf, workerText } from './calls.js';
import { causeOfProgram } from './ends.js';
import { waiting } from './waiting.js';

const KEPT_MIB = KEPT_OUTPUT_BYTES / 1024 ** 2;

/** What became of one slot of a run. */
export function slotFindings(facts: Facts): Finding[] {
  const { slot, run } = facts;
  if (slot === null || run === null) return [];
  switch (slot.state) {
    case 'succeeded':
      return [succeeded(slot, run)];
    case 'failed':
    case 'timed_out':
      return [failed(facts, slot, run)];
    case 'cancelled':
      return [cancelled(slot, run)];
    case 'skipped_pruned':
      return [one('pruned', slot, run, [`${name(slot)} was not run: its run had pruned it.`])];
    case 'queued':
      return [...troubled(facts, slot, run), waiting(facts, slot, run)];
    case 'running':
      return [...troubled(facts, slot, run), ...running(facts, slot, run)];
    default:
      return slot.state satisfies never;
  }
}

/** So many equal ends in a row, beside others that succeed, speak of the input; two may be bad luck. */
const POISON = 3;

const name = ({ jobId }: SlotFact) => `Slot ${jobId}`;

/** Attempts that came to an end of their own. */
const ownEnds = ({ attempts }: SlotFact) => attempts.filter(({ state }) => state === 'succeeded' || isFailure(state));
const isFailure = (state: AttemptRecord['state']) => state === 'failed' || state === 'timed_out';

function one(cause: Cause, slot: SlotFact, run: RunFact, sentences: readonly [string, ...string[]]): Finding {
  const at = slot.attempts.at(-1)?.endedAt ?? slot.attempts.at(-1)?.startedAt ?? run.updatedAt;
  const isCall = methodOf(run) !== null;
  const advice = isCall ? callAdvice(cause) : undefined;
  const seen = slot.attempts.map((attempt) => attemptEvidence(attempt, isCall));
  return finding(cause, { about: slot.jobId, sentences, evidence: seen, ...(advice && { advice }), at });
}

function attemptEvidence(attempt: AttemptRecord, isCall: boolean) {
  return {
    seq: null,
    at: attempt.endedAt ?? attempt.startedAt,
    text: `attempt ${attempt.attempt} ${describe(attempt, isCall)}`,
  };
}

function describe({ state, exit, error, endedAt, ranMs }: AttemptRecord, isCall: boolean): string {
  if (endedAt === null) return 'runs';
  const ran = ranMs === null ? '' : ` after ${duration(ranMs)}`;
  const why = error && !(exit && error.code === 'ESP_WORKER_EXITED') ? `: ${errorText(error)}` : '';
  switch (state) {
    case 'running':
      return 'runs';
    case 'succeeded':
    case 'suspended':
    case 'failed':
    case 'timed_out':
    case 'cancelled':
    case 'interrupted':
      return `${state.replace('_', ' ')}${ran}${exit ? `, ended ${how(exit)}` : ''}${why}`;
    case 'lost':
      return `was lost: ${isCall ? 'its worker ended while it had the call' : 'nobody saw the end of its process'}`;
    case 'orphaned':
      return 'was lost with its host';
    default:
      return state satisfies never;
  }
}

function succeeded(slot: SlotFact, run: RunFact): Finding {
  const before = slot.attempts.filter(({ state }) => state !== 'succeeded').length;
  const after = before === 0 ? '' : `, after ${count(before, 'attempt')} that did not`;
  return one('succeeded', slot, run, [`${name(slot)} succeeded${after}: nothing is wrong with it.`]);
}

/** The first thing that an end says about itself comes first; that it is always the same says it is the input. */
function failed(facts: Facts, slot: SlotFact, run: RunFact): Finding {
  const last = slot.attempts.at(-1);
  if (!last) return one('nonzero_exit', slot, run, [`${name(slot)} failed, and no attempt of it is kept.`]);
  const cause = causeOf(facts, slot, run, last);
  const same = repeated(slot, last);
  const others = run.counts.succeeded;
  const isPoisoned = same >= POISON && others > 0 && OF_THE_INPUT.has(cause);
  const rest = [...ending(slot, last), ...lastWords(last.stderr), ...marks(last)];
  if (!isPoisoned) {
    const all = same >= 2 && others === 0 ? ['No slot of its run has succeeded.'] : [];
    const [first, ...more] = sentencesOf(cause, slot, run, last);
    return withEvents(facts, slot, one(cause, slot, run, [first, ...more, ...rest, ...all]));
  }
  const which = ownEnds(slot).length === same ? `each of its ${same} attempts` : `each of its last ${same} attempts`;
  const first = `${name(slot)} seems to have a poisoned input: ${which} ended the same way (${end(last)}), while ${count(others, 'other slot')} succeeded.`;
  const sentences = [first, `The input: ${short(slot.input)}.`, ...rest] as const;
  return withEvents(facts, slot, one('poisoned_input', slot, run, sentences));
}

/** Ends that may be the fault of what the slot is about. */
const OF_THE_INPUT: ReadonlySet<Cause> = new Set(['nonzero_exit', 'killed', 'timeout', 'failed_call']);

/** Attempts that ended as the last one did, without a break. */
function repeated(slot: SlotFact, last: AttemptRecord): number {
  const ends = ownEnds(slot);
  const differs = ends.findLastIndex(
    (one) => one.state !== last.state || how(one.exit) !== how(last.exit) || !alike(one, last),
  );
  return ends.length - 1 - differs;
}

/** Where there was no exit, ends are alike by what was said of them. */
function alike(one: AttemptRecord, other: AttemptRecord): boolean {
  return one.exit !== null || (one.error?.code === other.error?.code && one.error?.message === other.error?.message);
}

function causeOf(facts: Facts, slot: SlotFact, run: RunFact, last: AttemptRecord): Cause {
  if (methodOf(run) !== null) return causeOfCall(last);
  return causeOfProgram(facts, slot.jobId, last);
}

function end({ state, exit, error }: AttemptRecord): string {
  if (state === 'timed_out') return 'it ran out of time';
  return exit ? `ended ${how(exit)}` : error ? errorText(error) : 'unseen';
}

function sentencesOf(cause: Cause, slot: SlotFact, run: RunFact, last: AttemptRecord): [string, ...string[]] {
  const method = methodOf(run);
  if (method === null) return [sentenceOf(cause, slot, run, last)];
  if (cause === 'lost_worker') return lostCall(slot, run, last);
  return [callSentence(cause, method, slot, last) ?? sentenceOf(cause, slot, run, last)];
}

function sentenceOf(cause: Cause, slot: SlotFact, run: RunFact, last: AttemptRecord): string {
  const why = last.error ? errorText(last.error) : how(last.exit);
  switch (cause) {
    case 'lost_host':
      return `${name(slot)} failed because its host died in it, and its run says that this is a failure (on lost: fail).`;
    case 'lost_worker':
      return run.policy.onLost === 'fail'
        ? `${name(slot)} failed because nobody saw the end of its process, and its run says that this is a failure (on lost: fail).`
        : `${name(slot)} failed: nobody saw the end of its process, too often.`;
    case 'timeout':
      return `${name(slot)} timed out: ${why}.`;
    case 'spawn_failure':
      return `The program of slot ${slot.jobId} could not be started: ${why}.`;
    case 'bad_input':
      return `The input of slot ${slot.jobId} does not fit its command: ${why}.`;
    case 'memory':
      return `The program of slot ${slot.jobId} ran out of memory and ended ${how(last.exit)}.`;
    case 'killed':
      return `The program of slot ${slot.jobId} was ended by ${last.exit?.signal ?? 'a signal'}, which nobody here sent.`;
    case 'protocol_error':
      return `The worker of slot ${slot.jobId} broke the worker protocol: ${why}.`;
    default:
      return `The program of slot ${slot.jobId} ended ${how(last.exit)}.`;
  }
}

function ending(slot: SlotFact, { attempt }: AttemptRecord): string[] {
  return slot.attempts.length > 1 ? [`That was attempt ${attempt}, the last one that its run allows.`] : [];
}

function marks({ truncated, heldOpen }: AttemptRecord): string[] {
  return [
    ...(truncated
      ? [`It wrote more than the ${KEPT_MIB} MiB of a stream that is kept; the beginning was dropped.`]
      : []),
    ...(heldOpen ? ['A process outside its group held its output open past its end.'] : []),
  ];
}

/** What witnesses said about the end of its processes. */
function withEvents(facts: Facts, slot: SlotFact, found: Finding): Finding {
  if (facts.run && methodOf(facts.run) !== null) {
    return { ...found, evidence: some([...found.evidence, ...workersOf(facts, slot)]) };
  }
  const seen = ofType(facts.events, 'worker.crashed').filter(({ ctx }) => ctx?.job === found.about);
  const ends = seen.map((event) => {
    const { rssBytes, oomKills } = event.data;
    const memory =
      rssBytes === null ? 'its memory was never looked at' : `${byteText(rssBytes)} resident when last seen`;
    return evidence(event, `ended ${how(event.data)}: ${memory}; out-of-memory kills counted then: ${oomKills}`);
  });
  return { ...found, evidence: [...found.evidence, ...ends] };
}

function cancelled(slot: SlotFact, run: RunFact): Finding {
  const failure = run.failures.find(({ status }) => status === 'failed' || status === 'timed_out');
  if (!run.policy.failFast || !failure)
    return one('stopped', slot, run, [`${name(slot)} was cancelled: its run was ended before its turn.`]);
  return one('fail_fast', slot, run, [
    `${name(slot)} was cancelled because slot ${failure.index} failed first, and its run stops at the first failure.`,
    ...(failure.error ? [`Slot ${failure.index}: ${errorText(failure.error)}.`] : []),
  ]);
}

/** What kept an unfinished slot from its end so far. */
function troubled(facts: Facts, slot: SlotFact, run: RunFact): Finding[] {
  const last = slot.attempts.findLast(({ state }) => state !== 'running');
  if (!last) return [];
  if (last.state === 'orphaned') {
    return [
      one('lost_host', slot, run, [`${name(slot)} was running when its host died; that attempt does not count.`]),
    ];
  }
  if (!isFailure(last.state)) return [];
  const retried = one(causeOf(facts, slot, run, last), slot, run, [
    `${name(slot)} failed ${count(ownEnds(slot).length, 'time')} so far, the last time so: ${end(last)}.`,
    ...lastWords(last.stderr),
  ]);
  return [{ ...retried, standing: false }];
}

function running(facts: Facts, slot: SlotFact, run: RunFact): Finding[] {
  const { now, host, events } = facts;
  const last = slot.attempts.at(-1);
  if (host?.presence === 'gone' || host?.ended === 'dead') {
    return [one('lost_host', slot, run, [`${name(slot)} was running when its host died: it does not run any more.`])];
  }
  const limit =
    run.policy.timeoutMs === null ? 'without a time limit' : `with a limit of ${duration(run.policy.timeoutMs)}`;
  const method = methodOf(run);
  if (method !== null) return [called(facts, slot, run, limit, method)];
  const spawned = ofType(events, 'process.spawned').findLast(({ ctx }) => ctx?.job === slot.jobId);
  const isIts = spawned !== undefined && (last === undefined || spawned.ctx?.attempt === last.attempt);
  const since = isIts ? ` for ${duration(now - spawned.at)}` : '';
  if (last && !isIts) {
    const waits = `${name(slot)} is claimed for attempt ${last.attempt}, and its program was not spawned yet.`;
    return [one('running', slot, run, [waits])];
  }
  return [
    one('running', slot, run, [`${name(slot)} is still running${since}, in attempt ${last?.attempt ?? 1}, ${limit}.`]),
  ];
}

/** A slot that runs as a call of a worker. */
function called(facts: Facts, slot: SlotFact, run: RunFact, limit: string, method: string): Finding {
  const { attempt = 1 } = slot.attempts.at(-1) ?? {};
  const begun = startsOf(facts, slot).findLast(({ data }) => data.attempt === attempt);
  if (!begun) {
    const waits = `${name(slot)} is claimed for attempt ${attempt}, and no worker has its call of ${method} yet.`;
    return one('running', slot, run, [waits]);
  }
  const since = `${name(slot)} is still running for ${duration(facts.now - begun.at)}, in attempt ${attempt}, ${limit}`;
  return withEvents(
    facts,
    slot,
    one('running', slot, run, [`${since}: ${workerText(begun)} has its call of ${method}.`]),
  );
}
