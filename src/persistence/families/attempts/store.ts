import { readJson } from '../../../json/read.js';
import { KEPT_OUTPUT_BYTES } from '../../../stream-text.js';
import type { AttemptStore, FinishedAttempt } from '../../contract/attempts.js';
import { toJson } from '../../sql/json.js';
import type { Access } from '../access.js';
import { sentChunk, sizeOf } from '../sent-chunk.js';
import type { attemptWrites, FinishedText } from './writes.js';

export function attemptStore(access: Access<typeof attemptWrites>): AttemptStore {
  return {
    claim: async (owner, claims, options) => {
      const claimed = await access.write('attempts.claim', { owner, claims }, options);
      return claimed.map(({ input, ...rest }) => ({ ...rest, input: readJson(input) }));
    },
    release: (owner, claims) =>
      access.write('attempts.release', {
        owner,
        claims: claims.map(({ jobId, epoch, attempt }) => ({ jobId, epoch, attempt })),
      }),
    started: (owner, { jobId, epoch, attempt }, { path, incarnation, pid }, options) =>
      access.write(
        'attempts.started',
        { owner, attempt: { jobId, epoch, attempt }, worker: { path, incarnation, pid } },
        options,
      ),
    finish: async (owner, attempt, options) => {
      const text = finishedText(attempt);
      const bytes = (text.output === undefined ? 0 : sizeOf(text.output)) + (text.result?.length ?? 0);
      return access.write('attempts.finish', { owner, attempt: text }, { ...options, bytes });
    },
  };
}

function finishedText(finished: FinishedAttempt): FinishedText {
  const { result, error, output, ...rest } = finished;
  return {
    ...rest,
    ...(output !== undefined && { output: sentChunk(output, KEPT_OUTPUT_BYTES) }),
    result: result === undefined ? null : toJson(result, `the result of ${finished.jobId}`),
    error: error === undefined ? null : toJson({ code: error.code, message: error.message }, 'the error'),
  };
}
