import { createActor } from 'xstate';
import type { RunSummary } from '../../../../src/machines/work/run/book.js';
import type { RunCommand } from '../../../../src/machines/work/run/commands.js';
import { type RunContext, type RunInput, runMachine } from '../../../../src/machines/work/run/machine.js';
import type { LoadedPlan, RunEvent } from '../../../../src/machines/work/run/run-events.js';

/** A run's machine with nobody behind it: the test sees each command and says what happened. */
export class Bench {
  readonly commands: RunCommand[] = [];
  readonly #actor;

  constructor(input: Partial<RunInput> & { concurrency?: number; failFast?: boolean; reorderWindow?: number } = {}) {
    const { concurrency = 2, failFast = false, reorderWindow = 64, ...rest } = input;
    const logic = runMachine.provide({ actions: { perform: (_, commands) => void this.commands.push(...commands) } });
    this.#actor = createActor(logic, { input: { policy: { concurrency, failFast, reorderWindow }, ...rest } });
    // A crash is thrown by `send`; without an observer it would end the whole test run.
    this.#actor.subscribe({ error: () => {} });
    this.#actor.start();
  }

  get state(): unknown {
    return this.#actor.getSnapshot().value;
  }

  get status(): string {
    return this.#actor.getSnapshot().status;
  }

  get output(): unknown {
    return this.#actor.getSnapshot().output;
  }

  get context(): RunContext {
    return this.#actor.getSnapshot().context;
  }

  get summary(): RunSummary {
    return this.context.book.summary();
  }

  has(tag: 'espalier.starting'): boolean {
    return this.#actor.getSnapshot().hasTag(tag);
  }

  /** Sends the events and returns what was asked for since. */
  send(...events: readonly RunEvent[]): RunCommand[] {
    for (const event of events) this.#actor.send(event);
    if (this.status === 'error') throw this.#actor.getSnapshot().error;
    return this.take();
  }

  take(): RunCommand[] {
    return this.commands.splice(0);
  }

  load(slots: ArrayLike<number>, rest: Partial<Omit<LoadedPlan, 'slots'>> = {}): RunCommand[] {
    const plan = { slots: Uint8Array.from(slots), finished: new Map(), hasFailure: false, ...rest };
    return this.send({ type: 'plan.loaded', plan });
  }
}

/** The end of an attempt, as the store has recorded it. */
export function ended(
  index: number,
  outcome: 'succeeded' | 'failed' | 'timed_out' | 'cancelled' = 'succeeded',
): Extract<RunEvent, { type: 'attempt.recorded' }> {
  return { type: 'attempt.recorded', index, requeue: false, outcome };
}

export function requeued(index: number): Extract<RunEvent, { type: 'attempt.recorded' }> {
  return { type: 'attempt.recorded', index, requeue: true };
}
