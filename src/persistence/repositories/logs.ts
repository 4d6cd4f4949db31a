import type { Access } from '../access.js';
import type { LogStore } from '../contract/logs.js';
import { LOG_BYTES } from '../tables/logs.js';
import { sentChunk } from './sent-chunk.js';

export function logStore(access: Access): LogStore {
  return {
    append: async ({ path, incarnation }, output) => {
      const runId = access.requireRunId();
      const chunk = sentChunk(output, LOG_BYTES);
      const bytes = chunk.stdout.byteLength + chunk.stderr.byteLength;
      return access.write('logs.append', { runId, path, incarnation, chunk }, { bytes });
    },
    list: (path) => access.read('logs.list', { path }),
    read: (path, after) => access.read('logs.read', { path, after: after ?? null }),
  };
}
