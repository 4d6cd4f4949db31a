import type { HostStore } from '../../contract/hosts.js';
import type { Access } from '../access.js';
import type { hostReads } from './reads.js';
import type { hostWrites } from './writes.js';

export function hostStore(access: Access<typeof hostWrites, typeof hostReads>): HostStore {
  return {
    register: ({ runId, name, identity, node, version, directory = null }) =>
      access.write('hosts.register', { runId, name, identity, node, version, directory }),
    heartbeat: (runId) => access.write('hosts.heartbeat', { runId }),
    setForker: (runId, { identity, generation }, directory) =>
      access.write('hosts.setForker', { runId, forker: { identity, generation }, directory }),
    end: (runId) => access.write('hosts.end', { runId }),
    fence: (runId, by) => access.write('hosts.fence', { runId, by }),
    get: (runId) => access.read('hosts.get', { runId }),
    newest: (limit) => access.read('hosts.newest', { limit }),
    unended: () => access.read('hosts.unended', null),
  };
}
