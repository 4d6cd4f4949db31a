import type { HostPresence } from '../../machines/process/process.js';
import type { HostRecord } from '../../persistence/index.js';
import { isSameMachine, readIdentity, sameProcess, thisMachine } from '../../transport/process/proc/identity.js';
import { look, UNSEEN } from '../../transport/process/proc/look.js';

/** Whether a host lives, as it can be known here. */
export function presenceOf({ identity, endedAt }: Pick<HostRecord, 'identity' | 'endedAt'>): HostPresence {
  if (endedAt !== null) return 'gone';
  if (!isSameMachine(identity, thisMachine())) return 'unknown';
  const found = look(() => readIdentity(identity.pid));
  if (found === UNSEEN) return 'unknown';
  return sameProcess(identity, found) ? 'living' : 'gone';
}
