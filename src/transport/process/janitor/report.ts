import type { RunId } from '../../../ids.js';
import type { ProcessIdentity, Registration } from '../../../machines/process/process.js';
import type { HostVerdict } from './judge.js';

/** What the janitor must know of a registration; a row of `processes` fits. */
export type RegistrationTrace = Pick<Registration, 'spawnId' | 'runId' | 'identity' | 'generation'>;

/** What became of one registered process. `killed` are the pids with its cookie that were found and killed. */
export type RegistrationOutcome =
  /** Nothing of it was there any more. */
  | { readonly kind: 'gone' }
  /** Something of it was there, and is gone now. */
  | { readonly kind: 'swept'; readonly killed: readonly number[] }
  /** Another process has its pid, and was left alone. */
  | {
      readonly kind: 'pid_reused';
      readonly expected: ProcessIdentity;
      readonly found: ProcessIdentity | null;
      readonly killed: readonly number[];
    }
  /** Something may be its, and cannot be proven so; it was left alone. */
  | { readonly kind: 'suspect'; readonly pid: number; readonly reason: string; readonly killed: readonly number[] };

export interface JanitorReport {
  readonly hosts: readonly {
    readonly runId: RunId;
    readonly verdict: HostVerdict;
    /** What carried its cookie, by pid: killed, or only found in a dry run. */
    readonly killed: readonly number[];
    /** Whether nothing of a dead host is left, and nothing is suspect of being its. */
    readonly clean: boolean;
  }[];
  /** Of the dead hosts alone. */
  readonly registrations: readonly {
    readonly runId: RunId;
    readonly spawnId: string;
    readonly outcome: RegistrationOutcome;
  }[];
}
