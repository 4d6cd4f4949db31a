import { KEPT_OUTPUT_BYTES } from '../../../stream-text.js';
import type { OutputStore } from '../../contract/outputs.js';
import type { Access } from '../access.js';
import { sentChunk, sizeOf } from '../sent-chunk.js';
import type { outputReads } from './reads.js';
import type { outputWrites } from './writes.js';

export function outputStore(access: Access<typeof outputWrites, typeof outputReads>): OutputStore {
  return {
    append: async ({ jobId, epoch, attempt }, chunk) => {
      const owner = access.requireRunId();
      const kept = sentChunk(chunk, KEPT_OUTPUT_BYTES);
      return access.write('outputs.append', { owner, jobId, epoch, attempt, chunk: kept }, { bytes: sizeOf(kept) });
    },
    since: (jobId, place, attempt) => access.readNow('outputs.since', { jobId, place, attempt: attempt ?? null }),
    readJob: (jobId, attempt) => access.read('outputs.readJob', { jobId, attempt: attempt ?? null }),
    read: (run, index, attempt) => access.read('outputs.read', { run, index, attempt: attempt ?? null }),
  };
}
