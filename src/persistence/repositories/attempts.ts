import { readJson } from '../../json/read.js';
import { fromWholeCharacter } from '../../machines/text-cut.js';
import type { Access } from '../access.js';
import type { AttemptStore, FinishedAttempt, OutputChunk } from '../contract/attempts.js';
import type { OutputStore } from '../contract/outputs.js';
import { toJson } from '../sql/json.js';
import type { FinishedText } from '../tables/attempts.js';
import { KEPT_BYTES } from '../tables/outputs.js';

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
      const kept = compact(chunk);
      return access.write('outputs.append', { owner, ...at, chunk: kept }, { bytes: sizeOf(kept) });
    },
    read: (run, index, attempt) => access.read('outputs.read', { run, index, attempt: attempt ?? null }),
  };
}

function finishedText(finished: FinishedAttempt): FinishedText {
  const { result, error, output, ...rest } = finished;
  return {
    ...rest,
    ...(output !== undefined && { output: compact(output) }),
    result: result === undefined ? null : toJson(result, `the result of slot ${finished.index}`),
    error: error === undefined ? null : toJson({ code: error.code, message: error.message }, 'the error'),
  };
}

/**
 * A view is copied to another thread with its whole buffer behind it, which for a few bytes of a stream may be 64 KiB; and of
 * more than is kept, only the end needs to travel.
 */
function compact(chunk: OutputChunk): OutputChunk {
  return {
    stdout: ownBytes(chunk.stdout),
    stderr: ownBytes(chunk.stderr),
    dropped: chunk.dropped || chunk.stdout.byteLength > KEPT_BYTES || chunk.stderr.byteLength > KEPT_BYTES,
  };
}

function ownBytes(bytes: Uint8Array): Uint8Array {
  const excess = bytes.byteLength - KEPT_BYTES;
  const kept = excess > 0 ? fromWholeCharacter(bytes.subarray(excess)) : bytes;
  return kept.byteLength === kept.buffer.byteLength ? kept : Uint8Array.from(kept);
}

function sizeOf(chunk: OutputChunk | undefined): number {
  return chunk === undefined ? 0 : chunk.stdout.byteLength + chunk.stderr.byteLength;
}
