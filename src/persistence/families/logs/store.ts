import type { LogStore } from '../../contract/logs.js';
import type { Access } from '../access.js';
import { sentChunk, sizeOf } from '../sent-chunk.js';
import { LOG_BYTES, type logReads } from './reads.js';
import type { logWrites } from './writes.js';

export function logStore(access: Access<typeof logWrites, typeof logReads>): LogStore {
  return {
    append: async ({ path, incarnation }, output) => {
      const runId = access.requireRunId();
      const chunk = sentChunk(output, LOG_BYTES);
      return access.write('logs.append', { runId, path, incarnation, chunk }, { bytes: sizeOf(chunk) });
    },
    list: (path) => access.read('logs.list', { path }),
    read: (path, after) => access.read('logs.read', { path, after: after ?? null }),
  };
}
