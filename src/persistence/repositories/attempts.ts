import { readJson } from '../../json/read.js';
import type { Access } from '../access.js';
import type { AttemptStore, FinishedAttempt, OutputChunk } from '../contract/attempts.js';
import type { OutputStore } from '../contract/outputs.js';
import { toJson } from '../sql/json.js';
import type { FinishedText } from '../tables/attempts.js';
import { KEPT_BYTES } from '../tables/outputs.js';
import { sentChunk } from './sent-chunk.js';

export function attemptStore(access: Access): AttemptStore {
  return {
    claim: async (owner, claims, options) => {
      const claimed = await access.write('attempts.claim', { owner, claims }, options);
      return claimed.map(({ input, ...rest }) => ({ ...rest, input: readJson(input) }));
    },
    release: (owner, claims) =>
      access.write('attempts.release', {
        owner,
        claims: claims.map(({ run, index, attempt, spawnId }) => ({ run, index, attempt, spawnId })),
      }),
    finish: async (owner, attempt, options) => {
      const text = finishedText(attempt);
      const bytes = sizeOf(text.output) + (text.result?.length ?? 0);
      return access.write('attempts.finish', { owner, attempt: text }, { ...options, bytes });
    },
  };
}

export function outputStore(access: Access): OutputStore {
  return {
    append: async (at, chunk) => {
      const owner = access.requireRunId();
      const kept = sentChunk(chunk, KEPT_BYTES);
      return access.write('outputs.append', { owner, ...at, chunk: kept }, { bytes: sizeOf(kept) });
    },
    read: (run, index, attempt) => access.read('outputs.read', { run, index, attempt: attempt ?? null }),
  };
}

function finishedText(finished: FinishedAttempt): FinishedText {
  const { result, error, output, ...rest } = finished;
  return {
    ...rest,
    ...(output !== undefined && { output: sentChunk(output, KEPT_BYTES) }),
    result: result === undefined ? null : toJson(result, `the result of slot ${finished.index}`),
    error: error === undefined ? null : toJson({ code: error.code, message: error.message }, 'the error'),
  };
}

function sizeOf(chunk: OutputChunk | undefined): number {
  return chunk === undefined ? 0 : chunk.stdout.byteLength + chunk.stderr.byteLength;
}
