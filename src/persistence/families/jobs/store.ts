import { isEspalierError } from '../../../errors.js';
import { readJson } from '../../../json/read.js';
import { KEPT_OUTPUT_BYTES } from '../../../stream-text.js';
import type { ClaimedJob, FinishedJobAttempt, JobContext, JobStore } from '../../contract/jobs.js';
import { toJson } from '../../sql/json.js';
import { payload } from '../../sql/payload.js';
import type { Access } from '../access.js';
import type { FinishedJobText } from '../job-states/finished.js';
import type { questionWrites } from '../questions/writes.js';
import { sentChunk, sizeOf } from '../sent-chunk.js';
import type { ClaimedJobText } from './claim.js';
import type { JobContextText } from './context.js';
import { newJobText } from './new-job.js';
import type { jobReads } from './reads.js';
import type { jobWrites } from './writes.js';

type JobAccess = Access<typeof jobWrites & typeof questionWrites, typeof jobReads>;

export function jobStore(access: JobAccess): JobStore {
  return { ...working(access), ...talking(access), ...steering(access), ...reading(access) };
}

function working(
  access: JobAccess,
): Pick<JobStore, 'submit' | 'claim' | 'release' | 'finish' | 'spend' | 'tick' | 'serve' | 'leave'> {
  return {
    submit: async (jobs) => {
      const texts = jobs.map((job) => newJobText(job, access.maxPayload));
      const bytes = texts.reduce((sum, { input }) => sum + input.length, 0);
      return access.write('jobs.submit', { by: byOf(access), jobs: texts }, { bytes });
    },
    claim: async (claim, options) => (await access.write('jobs.claim', claim, options)).map(claimedJob),
    release: (owner, claims) =>
      access.write('jobs.release', {
        owner,
        claims: claims.map(({ jobId, epoch, attempt }) => ({ jobId, epoch, attempt })),
      }),
    finish: async (owner, attempt, options) => {
      const text = finishedText(attempt, access.maxPayload);
      const bytes = (text.output === undefined ? 0 : sizeOf(text.output)) + (text.result?.length ?? 0);
      return access.write('jobs.finish', { owner, attempt: text, random: Math.random() }, { ...options, bytes });
    },
    spend: (owner, { jobId, epoch, attempt }, amounts) =>
      access.write('jobs.spend', { owner, attempt: { jobId, epoch, attempt }, amounts }),
    tick: (owner) => access.write('jobs.tick', { owner }),
    serve: async (served) => {
      while (await access.write('queues.serve', served));
    },
    leave: (served) => access.write('queues.leave', served),
  };
}

function talking(access: JobAccess): Pick<JobStore, 'note' | 'ask' | 'answer' | 'waitFor'> {
  const by = byOf(access);
  const limit = access.maxPayload;
  return {
    note: (owner, { jobId, epoch, attempt }, { progress, checkpoint }, options) => {
      const note = {
        progress: progress === undefined ? null : payload(progress, `the progress of ${jobId}`, limit),
        checkpoint: checkpoint === undefined ? null : payload(checkpoint, `the checkpoint of ${jobId}`, limit),
      };
      const bytes = note.checkpoint?.length ?? 0;
      return access.write('jobs.note', { owner, attempt: { jobId, epoch, attempt }, note }, { ...options, bytes });
    },
    ask: ({ question, ...rest }) => {
      const asked = { ...rest, question: payload(question, `question ${rest.id} of ${rest.jobId}`, limit) };
      return access.write('jobs.ask', { by, asked }, { bytes: asked.question.length });
    },
    answer: (jobId, id, value) => {
      const answer = payload(value, `the answer to question ${id} of ${jobId}`, limit);
      return access.write('jobs.answer', { by, jobId, id, answer }, { bytes: answer.length });
    },
    waitFor: (wait) => access.write('jobs.waitFor', { by, wait }),
  };
}

/** The host, or '' for a command line. */
function byOf({ runId }: Pick<JobAccess, 'runId'>): string {
  return runId ?? '';
}

type Steering = 'cancel' | 'retry' | 'prioritise' | 'setBudget' | 'pauseQueue' | 'resumeQueue' | 'setLimit';

function steering(access: JobAccess): Pick<JobStore, Steering> {
  const by = byOf(access);
  return {
    cancel: (jobId, reason) => access.write('jobs.cancel', { by, jobId, reason }),
    retry: (jobId, as) => access.write('jobs.retry', { by, jobId, as }),
    prioritise: (jobId, priority) => access.write('jobs.prioritise', { by, jobId, priority }),
    setBudget: (jobId, budget) => access.write('jobs.setBudget', { by, jobId, budget }),
    pauseQueue: (queue) => access.write('queues.pause', { by, queue }),
    resumeQueue: (queue) => access.write('queues.resume', { by, queue }),
    setLimit: (name, settings) => access.write('limits.set', { by, name, settings }),
  };
}

function reading(
  access: JobAccess,
): Pick<JobStore, 'get' | 'find' | 'list' | 'story' | 'result' | 'context' | 'wanted' | 'queues' | 'limits'> {
  return {
    get: (jobId) => access.read('jobs.get', { jobId }),
    find: (text, most) => access.read('jobs.find', { text, most }),
    list: (query) => access.read('jobs.list', query),
    story: (jobId) => access.read('jobs.story', { jobId }),
    result: (jobId) => access.read('jobs.result', { jobId }),
    context: async (jobId) => {
      const found = await access.read('jobs.context', { jobId });
      return found && jobContext(found);
    },
    wanted: (owner) => access.read('jobs.wanted', { owner }),
    queues: () => access.read('queues.list', null),
    limits: () => access.read('limits.list', null),
  };
}

function claimedJob(claimed: ClaimedJobText): ClaimedJob {
  const { jobId, epoch, attempt, spawnId, method, timeoutMs, usageSource, input } = claimed;
  return {
    ...{ jobId, epoch, attempt, spawnId, method, timeoutMs, usageSource },
    ...jobContext(claimed),
    input: readJson(input),
  };
}

function jobContext({ key, deadline, parent, root, checkpoint, answers, results }: JobContextText): JobContext {
  return {
    ...{ key, deadline, parent, root },
    ...(checkpoint === null ? {} : { checkpoint: readJson(checkpoint) }),
    answers: Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, readJson(answer)])),
    results: results.map(({ result, ...of }) => (result === null ? of : { ...of, result: readJson(result) })),
  };
}

/** A result that is too large is the failure of its job: another attempt would answer the same. */
function finishedText(attempt: FinishedJobAttempt, maxPayload: number): FinishedJobText {
  try {
    return asText(attempt, maxPayload);
  } catch (error) {
    if (!isEspalierError(error) || error.code !== 'ESP_PAYLOAD') throw error;
    const { result: _, ...rest } = attempt;
    return asText({ ...rest, how: 'unfit', error }, maxPayload);
  }
}

function asText({ result, error, output, ...rest }: FinishedJobAttempt, maxPayload: number): FinishedJobText {
  return {
    ...rest,
    ...(output !== undefined && { output: sentChunk(output, KEPT_OUTPUT_BYTES) }),
    result: result === undefined ? null : payload(result, `the result of ${rest.jobId}`, maxPayload),
    error: error === undefined ? null : toJson({ code: error.code, message: error.message }, 'the error'),
  };
}
