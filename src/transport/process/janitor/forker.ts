import { setTimeout as delay } from 'node:timers/promises';
import { HELPER_DEATH_MS, wakeHelper } from '../helpers/helpers.js';
import { isThere, verifyForker } from '../proc/identity.js';
import type { HostTrace } from './judge.js';

const LOOK_MS = 5;

/**
 * Gives the forker of a dead host time to end what it started, which it does as soon as its host is gone; then kills it,
 * if it is proven to be that forker. True when it is gone.
 */
export async function endForker(host: HostTrace, graceMs: number, dryRun: boolean): Promise<boolean> {
  const { forker } = host;
  if (forker === null) return true;
  const gone = () => !isThere(forker.identity);
  if (dryRun) return gone();
  wakeHelper(forker.identity, host.runId);
  if (await within(graceMs, gone)) return true;
  // Read and signalled with nothing in between: the environment is the proof.
  if (verifyForker(forker.identity, host.runId) === 'ours') process.kill(forker.identity.pid, 'SIGKILL');
  return within(HELPER_DEATH_MS, gone);
}

async function within(limitMs: number, holds: () => boolean): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) return false;
    await delay(LOOK_MS);
  }
  return true;
}
