import { z } from 'zod';
import { parseJobId } from '../../../../src/machines/ids/job-id.js';
import type { JobPolicy } from '../../../../src/machines/work/job/policy.js';
import { eventBatch } from '../../../../src/persistence/families/journal/batch.js';
import { connectWriter } from '../../../../src/persistence/file/connect.js';
import { parseEvent } from '../../../../src/persistence/forms/event.js';
import { runGroup } from '../../../../src/persistence/writer/group.js';
import type { OperationArgs, OperationCall, OperationName } from '../../../../src/persistence/writer/operations.js';
import { IDENTITY, newFile } from '../../support/world.js';

export const JOB_POLICY: JobPolicy = {
  attempts: 2,
  backoff: { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 },
  timeoutMs: null,
  onLost: 'retry',
  onDependency: 'fail',
  onParentEnd: 'cancel',
  isolateAfter: 3,
  usage: null,
  reserve: {},
  commit: null,
};

type NewJobText = OperationArgs['jobs.submit']['jobs'][number];

/** The id of the nth job of a test. */
export const jobNumber = (n: number) => parseJobId(`job-${n.toString(36)}-0123456789abcdef`);

/** A job as it is submitted, of queue `q`. */
export function newJob(n: number, parts: Partial<NewJobText> = {}): NewJobText {
  return {
    jobId: jobNumber(n),
    queue: 'q',
    method: 'do',
    version: null,
    input: '1',
    key: null,
    priority: 0,
    notBefore: null,
    deadline: null,
    after: [],
    limits: [],
    policy: JOB_POLICY,
    parent: null,
    retryOf: null,
    meta: null,
    budget: {},
    ...parts,
  };
}

const stateRow = z.object({ id: z.string(), state: z.string() });

/** A store in a file with two hosts, `a` and `b`, and a clock that a test moves. */
export function jobWorld() {
  const file = newFile();
  const db = connectWriter(file, { known: false, synchronous: 'normal', busyTimeoutMs: 100 }, 1);
  const clock = { now: 1000 };
  /** What an operation answers, or the code of what it throws. */
  const play = <N extends OperationName>(name: N, args: OperationArgs[N]): unknown => {
    const call = { name, args } as OperationCall;
    const [outcome] = runGroup(db, [call], clock.now, file).outcomes;
    if (outcome?.ok) return outcome.value;
    return outcome?.error.ours ? outcome.error.code : outcome?.error.message;
  };
  for (const runId of ['a', 'b']) {
    play('hosts.register', { runId, name: 'n', identity: IDENTITY, node: 'v', version: '0' });
  }
  const submit = (...jobs: readonly NewJobText[]) => play('jobs.submit', { by: 'a', jobs });
  const claim = (owner = 'a', parts: Partial<OperationArgs['jobs.claim']> = {}) =>
    play('jobs.claim', {
      ...{ owner, queue: 'q', count: 1, processes: [] },
      methods: [{ name: 'do', version: null }],
      ...parts,
    });
  const finish = (
    n: number,
    epoch: number,
    how: 'succeeded' | 'failed' | 'timed_out' | 'interrupted' | 'lost',
    owner = 'a',
  ) =>
    play('jobs.finish', {
      owner,
      random: 0.5,
      attempt: {
        ...{ jobId: jobNumber(n), epoch, attempt: epoch, how, exit: null, durationMs: 1 },
        result: how === 'succeeded' ? '42' : null,
        error: how === 'succeeded' ? null : '{"code":"Error","message":"no"}',
      },
    });
  const states = () =>
    Object.fromEntries(
      db
        .all(stateRow, `SELECT id, state FROM jobs WHERE run IS NULL ORDER BY job`)
        .map(({ id, state }) => [id.split('-')[1], state]),
    );
  const told = () =>
    eventBatch(db, { after: 2, types: null, limit: 1000 }).events.map((row) => {
      const { type, ctx, data } = parseEvent(row);
      return { type, ctx, data };
    });
  return { db, clock, play, submit, claim, finish, states, told };
}
