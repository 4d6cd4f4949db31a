import type { ArgsOf, ResultsOf } from '../families/access.js';
import { attemptWrites } from '../families/attempts/writes.js';
import { hostWrites } from '../families/hosts/writes.js';
import { jobWrites } from '../families/jobs/writes.js';
import { journalWrites } from '../families/journal/writes.js';
import { logWrites } from '../families/logs/writes.js';
import { outputWrites } from '../families/outputs/writes.js';
import { processWrites } from '../families/processes/writes.js';
import { questionWrites } from '../families/questions/writes.js';
import { retentionWrites } from '../families/retention/writes.js';
import { runWrites } from '../families/runs/writes.js';
import { scheduleWrites } from '../families/schedules/writes.js';
import { sessionWrites } from '../families/sessions/writes.js';
import { snapshotWrites } from '../families/snapshots/writes.js';
import { userOperationWrites } from '../families/user-operations/writes.js';
import type { Transaction } from '../sql/transaction.js';

/** Everything that can be written, by name: a closed map of synchronous functions `(transaction, args) → result`. */
const operations = {
  ...hostWrites,
  ...journalWrites,
  ...processWrites,
  ...snapshotWrites,
  ...sessionWrites,
  ...runWrites,
  ...jobWrites,
  ...questionWrites,
  ...scheduleWrites,
  ...attemptWrites,
  ...outputWrites,
  ...logWrites,
  ...retentionWrites,
  ...userOperationWrites,
};

export type OperationName = keyof typeof operations;
export type OperationArgs = ArgsOf<typeof operations>;
export type OperationResults = ResultsOf<typeof operations>;

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
