import type { RunId } from '../../../ids.js';
import type { HostLockState, ProcessIdentity } from '../../../machines/process/process.js';
import { isSameMachine, type Machine, sameProcess } from '../proc/identity.js';
import { UNSEEN } from '../proc/look.js';

/** What the janitor must know of a host; a row of `hosts` fits. */
export interface HostTrace {
  readonly runId: RunId;
  readonly identity: ProcessIdentity;
  readonly forker: { readonly identity: ProcessIdentity; readonly generation: number } | null;
  /** Its private folder. */
  readonly directory: string | null;
  /** The file whose lock it holds while it lives, if it is one that does. */
  readonly lock: string | null;
}

/** Why a host counts as living or dead. */
export type HostVerdict =
  /** It asks. */
  | { readonly dead: false; readonly why: 'self' }
  /** A process with its pid and its start lives. */
  | { readonly dead: false; readonly why: 'alive' }
  /** It holds its lock. */
  | { readonly dead: false; readonly why: 'locked' }
  /** It should be there to be looked at, and cannot be now: no more files can be open, say. */
  | { readonly dead: false; readonly why: 'unseen' }
  /** Of an older Espalier: it cannot be looked up from here, and its lease runs. */
  | { readonly dead: false; readonly why: 'leased' }
  /** No process has its pid. */
  | { readonly dead: true; readonly why: 'gone' }
  /** Another process has its pid now. */
  | { readonly dead: true; readonly why: 'reused' }
  /** The kernel has let go of its lock. */
  | { readonly dead: true; readonly why: 'released' }
  /** The machine has been started anew since. */
  | { readonly dead: true; readonly why: 'rebooted' }
  /** Of an older Espalier: it cannot be looked up from here, and its lease has run out. */
  | { readonly dead: true; readonly why: 'expired' };

/** What a judge knows of the place where he looks. */
export interface JudgedFrom {
  readonly self: RunId;
  readonly machine: Machine;
  readonly find: (pid: number) => ProcessIdentity | null | typeof UNSEEN;
  readonly lookAtLock: (file: string) => HostLockState;
  readonly isLeaseExpired: (host: HostTrace) => boolean;
}

/**
 * The proof of death: decides whether a host is dead. What follows from it, host/recovery/recovery.ts does, in its order.
 * Where its pid can be looked up, in our boot and pid namespace, that is the proof, but for a host that its process has
 * outlived; elsewhere its lock is, which the kernel
 * keeps for all that share a store. A host that is slow, or stopped, is alive. The lease tells of hosts alone that hold no
 * lock.
 */
export function judgeHost(host: HostTrace, here: JudgedFrom): HostVerdict {
  if (host.runId === here.self) return { dead: false, why: 'self' };
  return isSameMachine(host.identity, here.machine) ? judgeByPid(host, here) : judgeByLock(host, here);
}

function judgeByPid(host: HostTrace, here: JudgedFrom): HostVerdict {
  const found = here.find(host.identity.pid);
  if (found === UNSEEN) return { dead: false, why: 'unseen' };
  if (found === null) return { dead: true, why: 'gone' };
  if (!sameProcess(host.identity, found)) return { dead: true, why: 'reused' };
  // A process outlives its hosts: one that stopped while its store took nothing has let go, and could not say so.
  const hasLetGo = host.lock !== null && here.lookAtLock(host.lock) === 'free';
  return hasLetGo ? { dead: true, why: 'released' } : { dead: false, why: 'alive' };
}

function judgeByLock(host: HostTrace, here: JudgedFrom): HostVerdict {
  const state = host.lock === null ? null : here.lookAtLock(host.lock);
  switch (state) {
    case 'held':
      return { dead: false, why: 'locked' };
    case 'free':
      return { dead: true, why: 'released' };
    // Without its file nothing is proven but by a new start of the machine, which no process outlives.
    case 'missing':
    case 'unseen':
      return isOtherBoot(host, here) ? { dead: true, why: 'rebooted' } : { dead: false, why: 'unseen' };
    case null:
      return here.isLeaseExpired(host) ? { dead: true, why: 'expired' } : { dead: false, why: 'leased' };
    default:
      return state satisfies never;
  }
}

function isOtherBoot({ identity }: HostTrace, { machine }: JudgedFrom): boolean {
  return identity.bootId !== machine.bootId;
}
