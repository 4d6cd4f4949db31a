import type { RunId } from '../../ids.js';
/**
 * What is known of operating-system processes, as plain data shared by the store and the process transport.
 */

import type { JobId } from '../ids/job-id.js';
import { firstOf } from '../text/text-cut.js';

/**
 * Proof of which process a pid meant when it was written down. A pid alone proves nothing: it is reused.
 * Start ticks (10 ms) alone prove nothing either: a reused pid had the same ticks in two of three forced reuses.
 */
export interface ProcessIdentity {
  /** `/proc/sys/kernel/random/boot_id`: pids of an earlier boot mean nothing. */
  readonly bootId: string;
  /** The pid namespace, as in `readlink /proc/self/ns/pid`. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** Field 22 of `/proc/PID/stat`, in clock ticks since boot. */
  readonly startTicks: number;
}

/**
 * Whether a host lives. `gone`: it has ended, or its process has, whatever the store says. `unknown`: neither its process nor
 * its lock can be looked at from here, so only the store's word is known.
 */
export type HostPresence = 'living' | 'gone' | 'unknown';

/**
 * What a look at the lock of a host finds: somebody holds it; nobody does; there is no such file; or it cannot be told, for
 * want of permission, say.
 */
export type HostLockState = 'held' | 'free' | 'missing' | 'unseen';

/** How a process ended: exactly one of the two is not null, unless nobody saw the end. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * The states of a registration: `intent` is on disk before the spawn, `live` after it, `gone` once the process and its
 * group are proven gone. `suspect` could be ours and cannot be proven so: listed, never killed.
 */
export type ProcessState = 'intent' | 'live' | 'gone' | 'suspect';

/** The durable record of one process: owner and proof of identity. */
export interface Registration {
  /** The last part of the process's cookie; unique within a host. */
  readonly spawnId: string;
  /** The host that owns it. */
  readonly runId: RunId;
  readonly path: string;
  readonly incarnation: number;
  readonly jobId: JobId | null;
  readonly attempt: number | null;
  readonly state: ProcessState;
  readonly identity: ProcessIdentity | null;
  readonly generation: number | null;
  readonly command: readonly string[];
  readonly exit: ProcessExit | null;
  readonly at: number;
}

/** What is written before a spawn; of a job's own process with the claim of that. */
export type SpawnIntent = Pick<Registration, 'spawnId' | 'runId' | 'path' | 'incarnation' | 'command'>;

/** What is known of a process once it was spawned. */
export interface LiveProcess {
  readonly identity: ProcessIdentity;
  readonly generation: number;
  /**
   * The worker that owns it, and what it runs: an intent may be written before they are known, with the path of the pool
   * and no command.
   */
  readonly worker?: Pick<Registration, 'path' | 'incarnation' | 'command'>;
}

/** Characters of a command that are registered, so that inputs of any size do not fill the journal a second time. */
const COMMAND_KEPT = 4096;

/** A command as it is registered: its words, cut where they become too many. @example registeredCommand(['echo', 'a']) */
export function registeredCommand(command: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let room = COMMAND_KEPT;
  for (const word of command) {
    if (room <= 0) return [...kept, '…'];
    kept.push(word.length <= room ? word : `${firstOf(word, room)}…`);
    // An empty word takes room too.
    room -= word.length + 1;
  }
  return kept;
}

/** The name of the environment variable that proves whose a process is. */
export const COOKIE_VARIABLE = 'ESPALIER_COOKIE';

/** One entry of the cookie list: `<runId>.<forker generation>.<spawn id>`. */
export function cookie(runId: RunId, generation: number, spawnId: string): string {
  return `${runId}.${generation}.${spawnId}`;
}

/** The cookie of a nested host's child: the entries it inherited, then its own, separated by commas. */
export function appendCookie(inherited: string | undefined, entry: string): string {
  return inherited ? `${inherited},${entry}` : entry;
}
