import type { Access } from '../access.js';
import type { HostStore } from '../contract/hosts.js';

export function hostStore(access: Access): HostStore {
  return {
    register: ({ runId, name, identity, directory, node, version }) =>
      access.write('hosts.register', { runId, name, identity, directory, node, version }),
    heartbeat: (runId) => access.write('hosts.heartbeat', { runId }),
    setForker: (runId, forker) => access.write('hosts.setForker', { runId, forker }),
    end: (runId) => access.write('hosts.end', { runId }),
    fence: (runId, by) => access.write('hosts.fence', { runId, by }),
    get: (runId) => access.read('hosts.get', { runId }),
    unended: () => access.read('hosts.unended', null),
  };
}
