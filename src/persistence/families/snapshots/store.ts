import type { NewSnapshot, SnapshotStore } from '../../contract/snapshots.js';
import { toJson } from '../../sql/json.js';
import type { Access } from '../access.js';
import type { snapshotReads } from './reads.js';
import type { snapshotWrites } from './writes.js';

const KINDS: readonly NewSnapshot['kind'][] = ['observed', 'snapshot'];

export function snapshotStore(access: Access<typeof snapshotWrites, typeof snapshotReads>): SnapshotStore {
  const key = (kind: NewSnapshot['kind'], path: string): string => `${kind} ${path}`;
  return {
    put: async ({ path, incarnation, kind, role, state, detail }) => {
      const runId = access.requireRunId();
      const texts = { state: toJson(state, `the state of ${path}`), detail: toJson(detail, `the detail of ${path}`) };
      const record = { runId, path, incarnation, kind, role, ...texts };
      return access.write('snapshots.put', record, { key: key(kind, path), patient: true });
    },
    remove: async (path) => {
      // What is put after this must not take the place of what waits before it.
      for (const kind of KINDS) access.seal(key(kind, path));
      return access.write('snapshots.remove', { runId: access.requireRunId(), path });
    },
    adopt: async (path) => access.write('snapshots.adopt', { runId: access.requireRunId(), path }),
    quarantine: async (path, reason) => {
      access.seal(key('snapshot', path));
      return access.write('snapshots.quarantine', { runId: access.requireRunId(), path, reason });
    },
    list: (runId) => access.read('snapshots.list', { runId: runId ?? null }),
  };
}
