import { readJson } from '../../../json/read.js';
import { KEPT_OUTPUT_BYTES } from '../../../stream-text.js';
import type { ClaimedJob, FinishedJobAttempt, JobStore, NewJob } from '../../contract/jobs.js';
import { toJson } from '../../sql/json.js';
import type { Access } from '../access.js';
import type { FinishedJobText } from '../job-states/finish.js';
import { sentChunk, sizeOf } from '../sent-chunk.js';
import type { ClaimedJobText } from './claim.js';
import { keyDigest } from './keys.js';
import type { jobReads } from './reads.js';
import type { NewJobText } from './submit.js';
import type { jobWrites } from './writes.js';

type JobAccess = Access<typeof jobWrites, typeof jobReads>;

export function jobStore(access: JobAccess): JobStore {
  return { ...working(access), ...steering(access), ...reading(access) };
}

function working(
  access: JobAccess,
): Pick<JobStore, 'submit' | 'claim' | 'release' | 'finish' | 'tick' | 'serve' | 'leave'> {
  return {
    submit: async (jobs) => {
      const texts = jobs.map(newJobText);
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
      const text = finishedText(attempt);
      const bytes = (text.output === undefined ? 0 : sizeOf(text.output)) + (text.result?.length ?? 0);
      return access.write('jobs.finish', { owner, attempt: text, random: Math.random() }, { ...options, bytes });
    },
    tick: (owner) => access.write('jobs.tick', { owner }),
    serve: async (served) => {
      while (await access.write('queues.serve', served));
    },
    leave: (served) => access.write('queues.leave', served),
  };
}

/** The host, or '' for a command line. */
function byOf({ runId }: Pick<JobAccess, 'runId'>): string {
  return runId ?? '';
}

type Steering = 'cancel' | 'retry' | 'prioritise' | 'pauseQueue' | 'resumeQueue' | 'setLimit';

function steering(access: JobAccess): Pick<JobStore, Steering> {
  const by = byOf(access);
  return {
    cancel: (jobId, reason) => access.write('jobs.cancel', { by, jobId, reason }),
    retry: (jobId, as) => access.write('jobs.retry', { by, jobId, as }),
    prioritise: (jobId, priority) => access.write('jobs.prioritise', { by, jobId, priority }),
    pauseQueue: (queue) => access.write('queues.pause', { by, queue }),
    resumeQueue: (queue) => access.write('queues.resume', { by, queue }),
    setLimit: (name, settings) => access.write('limits.set', { by, name, settings }),
  };
}

function reading(
  access: JobAccess,
): Pick<JobStore, 'get' | 'find' | 'list' | 'story' | 'wanted' | 'queues' | 'limits'> {
  return {
    get: (jobId) => access.read('jobs.get', { jobId }),
    find: (text, most) => access.read('jobs.find', { text, most }),
    list: (query) => access.read('jobs.list', query),
    story: (jobId) => access.read('jobs.story', { jobId }),
    wanted: (owner) => access.read('jobs.wanted', { owner }),
    queues: () => access.read('queues.list', null),
    limits: () => access.read('limits.list', null),
  };
}

function newJobText({ input, meta, key, ...rest }: NewJob): NewJobText {
  const text = toJson(input, `the input of ${rest.jobId}`);
  return {
    ...rest,
    input: text,
    meta: meta === undefined || meta === null ? null : toJson(meta, `the meta of ${rest.jobId}`),
    key: key && { ...key, digest: keyDigest(rest.method, text) },
  };
}

function claimedJob({ input, checkpoint, results, ...rest }: ClaimedJobText): ClaimedJob {
  return {
    ...rest,
    input: readJson(input),
    ...(checkpoint === null ? {} : { checkpoint: readJson(checkpoint) }),
    results: results.map(({ result, ...of }) => (result === null ? of : { ...of, result: readJson(result) })),
  };
}

function finishedText({ result, error, output, ...rest }: FinishedJobAttempt): FinishedJobText {
  return {
    ...rest,
    ...(output !== undefined && { output: sentChunk(output, KEPT_OUTPUT_BYTES) }),
    result: result === undefined ? null : toJson(result, `the result of ${rest.jobId}`),
    error: error === undefined ? null : toJson({ code: error.code, message: error.message }, 'the error'),
  };
}
