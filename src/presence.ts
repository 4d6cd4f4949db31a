import type { HostRecord } from './persistence/index.js';
import { isSameMachine, readIdentity, sameProcess, thisMachine } from './transport/process/identity.js';

/**
 * Whether a host lives. `gone`: it has ended, or its process has, whatever the store says. `unknown`: of another machine or
 * container only the store's word is known.
 */
export function presenceOf({
  identity,
  endedAt,
}: Pick<HostRecord, 'identity' | 'endedAt'>): 'living' | 'gone' | 'unknown' {
  if (endedAt !== null) return 'gone';
  if (!isSameMachine(identity, thisMachine())) return 'unknown';
  return sameProcess(identity, readIdentity(identity.pid)) ? 'living' : 'gone';
}
