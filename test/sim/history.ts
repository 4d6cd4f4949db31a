import type { Outcome } from '../../src/persistence/writer/group.js';
import type { OperationCall, OperationName, OperationResults } from '../../src/persistence/writer/operations.js';
import type { Seen } from './seen.js';

/** One transaction: what was asked, what was answered, and what stood in the store after it. */
export interface Entry {
  /** By the clock of the machine, which may jump. */
  readonly at: number;
  readonly calls: readonly OperationCall[];
  readonly outcomes: readonly Outcome[];
  readonly commitFailed: boolean;
  readonly after: Seen;
}

export type History = readonly Entry[];

/** What an operation answered, by its name; undefined when it was refused. */
export function answerOf<N extends OperationName>(
  _: OperationCall<N>,
  outcome: Outcome,
): OperationResults[N] | undefined {
  return outcome.ok ? (outcome.value as OperationResults[N]) : undefined;
}

/** Why an operation was refused: a code of ours, or what was thrown. */
export function refusalOf(outcome: Outcome): string | null {
  if (outcome.ok) return null;
  return outcome.error.ours ? outcome.error.code : `threw ${outcome.error.message}`;
}

/** A line of a script for each transaction. */
export function script(history: History): string {
  return history
    .map(({ at, calls, outcomes, commitFailed }, index) =>
      calls
        .map(({ name, args }, which) => {
          const outcome = outcomes[which];
          const said = outcome === undefined ? '' : outcome.ok ? JSON.stringify(outcome.value) : refusalOf(outcome);
          return `${index}${calls.length > 1 ? `.${which}` : ''} at ${at}${commitFailed ? ' (commit fails)' : ''} ${name} ${JSON.stringify(args)} → ${said}`;
        })
        .join('\n'),
    )
    .join('\n');
}
