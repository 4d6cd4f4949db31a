import type { RunId } from '../../../ids.js';
import type { ProcessIdentity } from '../../../machines/process/process.js';
import { isSameMachine, type Machine, sameProcess } from '../proc/identity.js';
import { UNSEEN } from '../proc/look.js';

/** What the janitor must know of a host; a row of `hosts` fits. */
export interface HostTrace {
  readonly runId: RunId;
  readonly identity: ProcessIdentity;
  readonly forker: { readonly identity: ProcessIdentity; readonly generation: number } | null;
  /** Its private folder. */
  readonly directory: string | null;
}

/** Why a host counts as living or dead. */
export type HostVerdict =
  /** It asks. */
  | { readonly dead: false; readonly why: 'self' }
  /** A process with its pid and its start lives. */
  | { readonly dead: false; readonly why: 'alive' }
  /** It should be there to be looked at, and cannot be now: no more files can be open, say. */
  | { readonly dead: false; readonly why: 'unseen' }
  /** It cannot be looked up from here, and its lease runs. */
  | { readonly dead: false; readonly why: 'leased' }
  /** No process has its pid. */
  | { readonly dead: true; readonly why: 'gone' }
  /** Another process has its pid now. */
  | { readonly dead: true; readonly why: 'reused' }
  /** It cannot be looked up from here, and its lease has run out. */
  | { readonly dead: true; readonly why: 'expired' };

/**
 * The proof of death: decides whether a host is dead. What follows from it, host/recovery/recovery.ts does, in its order. Where its pid can be looked up, in our boot and pid namespace, only that counts: a host
 * that is merely slow to renew its lease is alive. Elsewhere only the lease can tell.
 */
export function judgeHost(
  host: HostTrace,
  here: {
    readonly self: RunId;
    readonly machine: Machine;
    readonly find: (pid: number) => ProcessIdentity | null | typeof UNSEEN;
    readonly isLeaseExpired: (host: HostTrace) => boolean;
  },
): HostVerdict {
  if (host.runId === here.self) return { dead: false, why: 'self' };
  if (!isSameMachine(host.identity, here.machine)) {
    return here.isLeaseExpired(host) ? { dead: true, why: 'expired' } : { dead: false, why: 'leased' };
  }
  const found = here.find(host.identity.pid);
  if (found === UNSEEN) return { dead: false, why: 'unseen' };
  if (found === null) return { dead: true, why: 'gone' };
  return sameProcess(host.identity, found) ? { dead: false, why: 'alive' } : { dead: true, why: 'reused' };
}
