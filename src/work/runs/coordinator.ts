import { own } from '../../actors/cell/outside-events.js';
import type { Clock } from '../../clock.js';
import { EspalierError, toErrorRecord } from '../../errors.js';
import type { RunId, RunRef } from '../../ids.js';
import type { StopReason } from '../../machines/work/retry.js';
import type { RunBook } from '../../machines/work/run/book.js';
import type { RunCommand, RunWrite } from '../../machines/work/run/commands.js';
import { runMachine } from '../../machines/work/run/machine.js';
import type { RunEvent } from '../../machines/work/run/run-events.js';
import { RUN_STATUSES, type RunStatus } from '../../machines/work/run/status.js';
import type { JournalStore, RunRecord, RunStore } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';
import type { Backend } from '../backends/contract.js';
import type { Dispatched, Dispatcher, DispatchTarget } from '../dispatch/dispatcher.js';
import { Line } from '../dispatch/line.js';
import type { Owed } from '../dispatch/owed.js';

/** A status that a run does not leave: every slot is committed. */
const OPEN_STATUSES: readonly RunStatus[] = RUN_STATUSES.filter((status) => status !== 'completed');

export interface CoordinatorServices {
  readonly runId: RunId;
  readonly runs: RunStore;
  readonly journal: Pick<JournalStore, 'watch'>;
  readonly dispatcher: Dispatcher;
  readonly owed: Pick<Owed, 'settled'>;
  readonly clock: Clock;
  /** Called once, when the run has ended. */
  onEnded(): void;
  /** Called when it ends because it could not be written. On disk it stands as its last write left it. */
  onFailed(error: unknown): void;
  /** Called when it ends because nothing runs where its slots would. It is interrupted, and can be continued. */
  onClosed(error: unknown): void;
}

/**
 * Drives one run: the run machine decides, the store and the dispatcher do. Every answer goes back to the machine as an
 * event, a failed write too; nothing is decided here. One coordinator serves one incarnation.
 */
export class Coordinator {
  readonly #target: DispatchTarget;
  readonly #run: RunRef;
  readonly #line: Line;
  /** What is at work, until its end is on disk, and claims on their way. */
  readonly #atWork = new Set<Promise<void>>();
  #stopping: StopReason | null = null;
  /** Fires when nothing is to be heard from outside any more. */
  readonly #over = new AbortController();
  /** The machine's own, for those who ask between two events. */
  #book: RunBook | null = null;
  #tell: (event: RunEvent) => void = () => undefined;

  constructor(
    readonly services: CoordinatorServices,
    readonly record: RunRecord,
    backend: Backend,
  ) {
    const { run, policy } = record;
    this.#run = run;
    this.#line = new Line(backend, services.clock, {
      capacity: (slots) => this.#tell({ type: 'capacity.changed', slots }),
      closed: ({ code, message }) => {
        const error = new EspalierError(code, message, { context: { run } });
        this.#tell({ type: 'place.closed', error });
      },
    });
    this.#target = {
      run,
      policy,
      line: this.#line,
      stopped: () => this.#stopping,
      freed: (index) => this.#tell({ type: 'place.freed', index }),
      // While every place is filled nobody is held up by a write that waits for company.
      isBusy: () => this.#book?.isFull === true,
    };
  }

  logic() {
    const logic = runMachine.provide({
      actions: {
        perform: ({ self, context: { book } }, commands) => {
          this.#book = book;
          this.#tell = (event) => self.getSnapshot().status === 'active' && self.send(event);
          for (const command of commands) this.#perform(command);
        },
      },
    });
    return { logic: own(logic), input: { policy: this.record.policy } };
  }

  /**
   * Ends what a crashed incarnation left at work, and resolves when all of it is queued again on disk, or owed to a store
   * that refuses it: only then does the next incarnation read a plan that is true.
   */
  async abandon(): Promise<void> {
    this.#over.abort();
    this.#stopping = 'requeue';
    this.#line.stop();
    await Promise.allSettled([...this.#atWork]);
    try {
      await this.services.dispatcher.release(this.#target);
    } catch (error) {
      // What is refused is owed, and told before the next plan is read.
      if (!isRefusal(error)) throw error;
    } finally {
      this.#line.close();
    }
  }

  #perform(command: RunCommand): void {
    switch (command.type) {
      case 'load':
        return this.#load();
      case 'claim':
        return this.#claim(command.indexes);
      case 'start':
        for (const index of command.indexes) this.#start(index);
        return;
      case 'release':
        return this.#release(command.indexes);
      case 'commit':
        return this.#commit(command);
      case 'stopRunning':
        this.#stopping = command.then;
        return this.#line.stop();
      case 'setStatus':
        return this.#setStatus(command);
      case 'done':
        return this.#done(command);
      default:
        command satisfies never;
    }
  }

  #done({ end, error }: Extract<RunCommand, { type: 'done' }>): void {
    this.#over.abort();
    this.#line.close();
    this.services.onEnded();
    if (end === 'failed') this.services.onFailed(error);
    else if (error !== undefined) this.services.onClosed(error);
  }

  #load(): void {
    this.#line.open();
    const { runs } = this.services;
    const { counts } = this.record;
    const hasFailure = counts.failed + counts.timed_out > 0;
    // What an incarnation that crashed could not write of its slots comes first: a plan without it has slots at work that
    // nobody works at, and whose ends nobody would tell.
    const read = async () => {
      await this.services.owed.settled();
      return Promise.all([runs.plan(this.#run), runs.finished(this.#run)]);
    };
    this.#answer('load', read(), ([slots, finished]) => {
      void this.#hearWishes();
      return { type: 'plan.loaded', plan: { slots, finished, hasFailure } };
    });
  }

  #claim(indexes: readonly number[]): void {
    const write = this.services.dispatcher.claim(this.#target, indexes);
    this.#track(
      write.then(
        (claimed) => this.#granted(indexes, claimed),
        (error) => this.#fail('claim', error, indexes),
      ),
    );
  }

  #granted(indexes: readonly number[], granted: readonly number[]): void {
    const refused = indexes.filter((index) => !granted.includes(index));
    if (granted.length > 0) this.#tell({ type: 'claim.granted', indexes: granted });
    if (refused.length > 0) this.#tell({ type: 'claim.refused', indexes: refused });
  }

  /** What is on its way when a coordinator crashes is waited for: a claim that is granted late is given back. */
  #track(work: Promise<void>): void {
    this.#atWork.add(work);
    void work.finally(() => this.#atWork.delete(work));
  }

  #start(index: number): void {
    this.#track(
      this.services.dispatcher.execute(this.#target, index).then(
        (dispatched) => this.#tell(this.#recorded(dispatched)),
        (error) => this.#fail('attempt', error, [index]),
      ),
    );
  }

  #recorded(dispatched: Dispatched): RunEvent {
    const { index } = dispatched;
    switch (dispatched.type) {
      case 'finished':
        return { type: 'attempt.recorded', index, requeue: false, outcome: dispatched.outcome };
      case 'requeued':
        return { type: 'attempt.recorded', index, requeue: true };
      case 'late': {
        const error = new EspalierError('ESP_FENCED', `slot ${index} of run ${this.#run} belongs to another host now`);
        return { type: 'write.failed', write: 'attempt', error, indexes: [index] };
      }
      default:
        return dispatched satisfies never;
    }
  }

  #release(indexes: readonly number[]): void {
    const write = this.services.dispatcher.release(this.#target, indexes);
    this.#answer('release', write, () => ({ type: 'released', indexes }), indexes);
  }

  #commit({ indexes, as }: Extract<RunCommand, { type: 'commit' }>): void {
    const patient = this.#target.isBusy();
    const write = this.services.runs.commit(this.#run, this.services.runId, indexes, as, { patient });
    this.#answer('commit', write, () => ({ type: 'committed', indexes }));
  }

  #setStatus({ to, error }: Extract<RunCommand, { type: 'setStatus' }>): void {
    const { runs, runId } = this.services;
    const reason = error === undefined ? undefined : reasonOf(error);
    const write = runs.setStatus(this.#run, runId, OPEN_STATUSES, to, reason);
    this.#answer('status', write, () => ({ type: 'status.set', to }));
  }

  #answer<T>(name: RunWrite, write: Promise<T>, event: (value: T) => RunEvent, indexes?: readonly number[]): void {
    write.then(
      (value) => this.#tell(event(value)),
      (error) => this.#fail(name, error, indexes),
    );
  }

  #fail(write: RunWrite, error: unknown, indexes: readonly number[] = []): void {
    this.#tell({ type: 'write.failed', write, error, indexes });
  }

  /**
   * Another process asks through the store; this host is the one that answers. What is read is what is wished for now: the
   * wish that was journalled may have been overtaken.
   */
  async #hearWishes(): Promise<void> {
    const { runs, journal } = this.services;
    const { signal } = this.#over;
    using watch = journal.watch({ run: this.#run }, ['run.asked']);
    try {
      while (!signal.aborted) {
        const record = await runs.get(this.#run);
        if (record?.wish) this.#tell({ type: record.wish });
        await watch.next(signal);
      }
    } catch (error) {
      // A read that failed has changed nothing, unlike a write of the status.
      if (!signal.aborted) this.#fail('load', error);
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = toErrorRecord(error);
  return `${code}: ${message}`;
}
