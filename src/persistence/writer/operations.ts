import { claimSlots, finishAttempt, releaseClaims } from '../tables/attempts.js';
import { endHost, fenceHost, registerHost, renewLease, setForker } from '../tables/hosts.js';
import { appendEvents } from '../tables/journal.js';
import { appendLog } from '../tables/logs.js';
import { appendOutput } from '../tables/outputs.js';
import { intendProcess, processFailed, processGone, processLive, processSuspect } from '../tables/processes.js';
import { acquireRun, addSlots, createRun, setRunStatus, startRun, wishRun } from '../tables/run-changes.js';
import { putSession, removeSession, sweepSessions, touchSession } from '../tables/sessions.js';
import { commitSlots, reopenFailed } from '../tables/slot-changes.js';
import { adoptSnapshot, putSnapshot, quarantineSnapshot, removeSnapshots } from '../tables/snapshots.js';
import type { Transaction } from './transaction.js';

/** Everything that can be written, by name: a closed map of synchronous functions `(transaction, args) → result`. */
const operations = {
  'hosts.register': registerHost,
  'hosts.heartbeat': renewLease,
  'hosts.setForker': setForker,
  'hosts.end': endHost,
  'hosts.fence': fenceHost,
  'journal.append': appendEvents,
  'processes.intend': intendProcess,
  'processes.live': processLive,
  'processes.failed': processFailed,
  'processes.gone': processGone,
  'processes.suspect': processSuspect,
  'snapshots.put': putSnapshot,
  'snapshots.remove': removeSnapshots,
  'snapshots.adopt': adoptSnapshot,
  'snapshots.quarantine': quarantineSnapshot,
  'sessions.put': putSession,
  'sessions.touch': touchSession,
  'sessions.remove': removeSession,
  'sessions.sweep': sweepSessions,
  'runs.create': createRun,
  'runs.addSlots': addSlots,
  'runs.start': startRun,
  'runs.acquire': acquireRun,
  'runs.reopenFailed': reopenFailed,
  'runs.commit': commitSlots,
  'runs.setStatus': setRunStatus,
  'runs.wish': wishRun,
  'attempts.claim': claimSlots,
  'attempts.release': releaseClaims,
  'attempts.finish': finishAttempt,
  'outputs.append': appendOutput,
  'logs.append': appendLog,
};

export type OperationName = keyof typeof operations;
export type OperationArgs = { [N in OperationName]: Parameters<(typeof operations)[N]>[1] };
export type OperationResults = { [N in OperationName]: ReturnType<(typeof operations)[N]> };

/** One call of an operation: a name with its own arguments. */
export type OperationCall<N extends OperationName = OperationName> = {
  readonly [M in N]: { readonly name: M; readonly args: OperationArgs[M] };
}[N];

/** The same map in the form in which the compiler sees that a call's name and arguments belong together. */
const table: { readonly [N in OperationName]: (tx: Transaction, args: OperationArgs[N]) => OperationResults[N] } =
  operations;

/** Performs one call. */
export function perform<N extends OperationName>(tx: Transaction, call: OperationCall<N>): OperationResults[N] {
  return table[call.name](tx, call.args);
}
