import { readFileSync, readlinkSync } from 'node:fs';
import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { ProcessIdentity } from '../../../machines/process/process.js';
import { cookieEntries, valuesOf } from './cookies.js';
import { look, UNSEEN } from './look.js';
import { readEnvironment, readStat } from './proc.js';
import { isAlive } from './stat.js';

/** The variable that marks a forker, with the run id of its host as value. It is not passed on. */
export const FORKER_VARIABLE = 'ESPALIER_FORKER';

/** The variable that all helpers of a host carry, with its run id as value: forker, guardian and who watches over them. */
export const HELPER_VARIABLE = 'ESPALIER_HELPER';

/** The part of an identity that all processes of one boot and pid namespace share. */
export type Machine = Pick<ProcessIdentity, 'bootId' | 'pidNamespace'>;

let machine: Machine | undefined;

/** This boot and this pid namespace. Throws `ESP_PLATFORM` where there is no `/proc`. */
export function thisMachine(): Machine {
  machine ??= readMachine();
  return machine;
}

function readMachine(): Machine {
  if (process.platform !== 'linux') {
    throw new EspalierError(
      'ESP_PLATFORM',
      `processes need Linux: identity is read from /proc, and ${process.platform} has none`,
    );
  }
  return {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
  };
}

/** The identity of a live process of this machine, or null when there is none: a zombie is dead, one of another user lives. */
export function readIdentity(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat === null || !isAlive(stat) ? null : { ...thisMachine(), pid, startTicks: stat.startTicks };
}

/** Whether pids of that identity can be looked up here. */
export function isSameMachine(a: Machine, b: Machine): boolean {
  return a.bootId === b.bootId && a.pidNamespace === b.pidNamespace;
}

/**
 * Whether `found` can be the process that `expected` names. True is not yet proof: a reused pid can start in the same
 * tick, so a signal also needs the cookie.
 */
export function sameProcess(expected: ProcessIdentity, found: ProcessIdentity | null): boolean {
  return (
    found !== null &&
    isSameMachine(expected, found) &&
    expected.pid === found.pid &&
    expected.startTicks === found.startTicks
  );
}

/** Whether a process that was written down lives, or may: what cannot be looked at now counts as there. */
export function isThere(identity: ProcessIdentity): boolean {
  const found = look(() => readIdentity(identity.pid));
  return found === UNSEEN || sameProcess(identity, found);
}

/**
 * What can be said of a process that was written down earlier:
 *
 * - `ours`: alive, same start, and it carries the proof
 * - `gone`: no process has that pid
 * - `reused`: another process has that pid now
 * - `unproven`: the start fits, the proof is missing or unreadable, or it cannot be looked at now; it must not be signalled
 */
export type Verdict = 'ours' | 'gone' | 'reused' | 'unproven';

/** Looks for a cookie entry in a process's environment. Call it right before a signal, with nothing in between. */
export function verify(identity: ProcessIdentity, entry: string): Verdict {
  return judge(identity, (environment) => cookieEntries(environment).includes(entry));
}

/** As `verify`, for a forker of `runId`. */
export function verifyForker(identity: ProcessIdentity, runId: RunId): Verdict {
  return verifyVariable(identity, FORKER_VARIABLE, runId);
}

/** As `verify`, for any helper of the host `runId`. */
export function verifyHelper(identity: ProcessIdentity, runId: RunId): Verdict {
  return verifyVariable(identity, HELPER_VARIABLE, runId);
}

function verifyVariable(identity: ProcessIdentity, variable: string, value: string): Verdict {
  const name = Buffer.from(`${variable}=`);
  return judge(identity, (environment) => valuesOf(environment, name).includes(value));
}

function judge(identity: ProcessIdentity, proves: (environment: Buffer) => boolean): Verdict {
  const verdict = look(() => lookAndJudge(identity, proves));
  return verdict === UNSEEN ? 'unproven' : verdict;
}

function lookAndJudge(identity: ProcessIdentity, proves: (environment: Buffer) => boolean): Verdict {
  const found = readIdentity(identity.pid);
  if (found === null) return 'gone';
  if (!sameProcess(identity, found)) return 'reused';
  const environment = readEnvironment(identity.pid);
  if (environment === null) return 'gone';
  return typeof environment !== 'symbol' && proves(environment) ? 'ours' : 'unproven';
}
