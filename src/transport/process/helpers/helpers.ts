import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { ProcessIdentity } from '../../../machines/process/process.js';
import { readIdentity, verifyHelper } from '../proc/identity.js';
import { look, UNSEEN } from '../proc/look.js';
import { listPids, readStat } from '../proc/proc.js';

const LOOK_MS = 5;
/** How long a killed helper of a dead host, its forker too, may take to be gone, in milliseconds. */
export const HELPER_DEATH_MS = 1_000;

/** Whether a process is known to be stopped. */
export function isStopped(pid: number): boolean {
  const stat = look(() => readStat(pid));
  return stat !== UNSEEN && stat?.state === 'T';
}

/** Tells a helper of a host to go on, if it is proven to be one and somebody has stopped it. */
export function wakeHelper(helper: ProcessIdentity, runId: RunId): void {
  if (isStopped(helper.pid)) signalHelper(helper, runId, 'SIGCONT');
}

/** Kills a process if it is proven, right before the signal, to be a helper of that host. */
export function killHelper(helper: ProcessIdentity, runId: RunId): void {
  signalHelper(helper, runId, 'SIGKILL');
}

/**
 * Ends the helpers of a dead host, those included that were never written down: one that hangs as it is loaded, or that
 * somebody has stopped. Each gets time to leave by itself. True when none is left.
 */
export async function endHelpers(runId: RunId, graceMs: number, dryRun: boolean): Promise<boolean> {
  if (dryRun) return helpersOf(runId).length === 0;
  for (const [act, withinMs] of [
    [wakeHelper, graceMs],
    [killHelper, HELPER_DEATH_MS],
  ] as const) {
    const deadline = performance.now() + withinMs;
    do {
      const left = helpersOf(runId);
      if (left.length === 0) return true;
      for (const helper of left) act(helper, runId);
      await delay(LOOK_MS);
    } while (performance.now() < deadline);
  }
  return helpersOf(runId).length === 0;
}

function helpersOf(runId: RunId): readonly ProcessIdentity[] {
  return listPids().flatMap((pid) => {
    const identity = look(() => readIdentity(pid));
    return identity !== null && identity !== UNSEEN && verifyHelper(identity, runId) === 'ours' ? identity : [];
  });
}

function signalHelper(helper: ProcessIdentity, runId: RunId, signal: 'SIGCONT' | 'SIGKILL'): void {
  if (verifyHelper(helper, runId) !== 'ours') return;
  try {
    process.kill(helper.pid, signal);
  } catch (error) {
    // It may end by itself between the look and the signal.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
