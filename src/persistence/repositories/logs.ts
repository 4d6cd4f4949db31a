import type { Access } from '../access.js';
import type { LogStore } from '../contract/logs.js';
import { LOG_BYTES } from '../tables/logs.js';

export function logStore(access: Access): LogStore {
  return {
    append: async ({ path, incarnation }, { stdout, stderr, dropped }) => {
      const runId = access.requireRunId();
      const isCut = stdout.byteLength > LOG_BYTES || stderr.byteLength > LOG_BYTES;
      const chunk = { stdout: ownBytes(stdout), stderr: ownBytes(stderr), dropped: dropped || isCut };
      const bytes = chunk.stdout.byteLength + chunk.stderr.byteLength;
      return access.write('logs.append', { runId, path, incarnation, chunk }, { bytes });
    },
    list: (path) => access.read('logs.list', { path }),
    read: (path, after) => access.read('logs.read', { path, after: after ?? null }),
  };
}

/** A view would be copied to the other thread with its whole buffer behind it. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const kept = bytes.subarray(-LOG_BYTES);
  return kept.byteLength === kept.buffer.byteLength ? kept : Uint8Array.from(kept);
}
