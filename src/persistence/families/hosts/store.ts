import type { HostRecord, HostStore } from '../../contract/hosts.js';
import { hostLockFile, removeHostLock } from '../../file/host-lock.js';
import type { Access } from '../access.js';
import type { HostRow, hostReads } from './reads.js';
import type { hostWrites } from './writes.js';

export function hostStore(access: Access<typeof hostWrites, typeof hostReads>, file: string): HostStore {
  const recordOf = ({ holdsLock, ...row }: HostRow): HostRecord => ({
    ...row,
    lock: holdsLock ? hostLockFile(file, row.runId) : null,
  });
  return {
    register: ({ runId, name, identity, node, version, directory = null }) => {
      // The store holds the lock of the host that it was opened for, and of no other.
      const holdsLock = runId === access.runId;
      return access.write('hosts.register', { runId, name, identity, node, version, directory, holdsLock });
    },
    heartbeat: (runId) => access.write('hosts.heartbeat', { runId }),
    setForker: (runId, { identity, generation }, directory) =>
      access.write('hosts.setForker', { runId, forker: { identity, generation }, directory }),
    end: (runId) => access.write('hosts.end', { runId }),
    fence: async (runId, by) => {
      const fenced = await access.write('hosts.fence', { runId, by });
      // Of one that lives in spite of it, the lock has done its work: nobody asks for it any more.
      removeHostLock(hostLockFile(file, runId));
      return fenced;
    },
    get: async (runId) => {
      const row = await access.read('hosts.get', { runId });
      return row && recordOf(row);
    },
    newest: async (limit) => (await access.read('hosts.newest', { limit })).map(recordOf),
    unended: async () => (await access.read('hosts.unended', null)).map(recordOf),
  };
}
