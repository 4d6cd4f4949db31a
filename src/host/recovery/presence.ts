import type { HostPresence } from '../../machines/process/process.js';
import { lookAtHostLock } from '../../persistence/file/host-lock.js';
import type { HostRecord } from '../../persistence/store.js';
import { type HostVerdict, judgeHost } from '../../transport/process/janitor/judge.js';
import { readIdentity, thisMachine } from '../../transport/process/proc/identity.js';
import { look } from '../../transport/process/proc/look.js';

/** Whether a host lives, as it can be known here. */
export function presenceOf(host: Pick<HostRecord, 'runId' | 'identity' | 'endedAt' | 'lock'>): HostPresence {
  if (host.endedAt !== null) return 'gone';
  return presence(
    judgeHost(
      { ...host, forker: null, directory: null },
      {
        self: '',
        machine: thisMachine(),
        find: (pid) => look(() => readIdentity(pid)),
        lookAtLock: lookAtHostLock,
        isLeaseExpired: () => false,
      },
    ),
  );
}

function presence({ dead, why }: HostVerdict): HostPresence {
  if (dead) return 'gone';
  return why === 'alive' || why === 'locked' ? 'living' : 'unknown';
}
