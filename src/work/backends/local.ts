import { EspalierError, toErrorRecord } from '../../errors.js';
import { TransientMap } from '../../transient-map.js';
import {
  type AskAnswer,
  type AttemptRef,
  attemptKey,
  type Backend,
  type Dispatch,
  type Outcome,
  type OutputSource,
  type Place,
  type PlaceMethod,
  type Receiver,
  type Report,
  type SubmitAnswer,
  type Ticket,
  type UsageSource,
} from './contract.js';

/** What a pool has begun. */
export interface Begun {
  readonly output: OutputSource | null;
  readonly usage: UsageSource | null;
  /** Resolves once it provably ended, or is said not to be provable. Never rejects. */
  readonly ended: Promise<Outcome>;
}

/** A pool of this host, as far as a line to it needs to know: whichever incarnation of it lives. */
export interface LocalPool {
  readonly path: string;
  readonly registers: boolean;
  /** Attempts that it can have at work at once; 0 while it takes none. */
  readonly capacity: number;
  readonly methods: readonly PlaceMethod[] | null;
  /** Calls back when the capacity may have changed. */
  watch(changed: () => void): Disposable;
  /** Calls back once when it has ended for good: nobody starts it again. At once where it has by now. */
  whenClosed(closed: (error: EspalierError) => void): Disposable;
  /**
   * Begins an attempt, or lets it wait for a seat as long as it takes.
   *
   * @param signal withdraws what waits, and stops what runs
   * @throws EspalierError when the input fits nothing that could be executed
   */
  begin(dispatch: Dispatch, signal: AbortSignal): Begun;
}

/** Accepted, until its outcome is acknowledged. */
interface Accepted {
  readonly ticket: Ticket;
  readonly abort: AbortController;
  isOver: boolean;
}

/**
 * A line to a pool of this host. Answers are known at once, nothing is polled, and output stays where it is captured until
 * it is taken. What the host's death leaves behind is found by the host that takes over, from the claims.
 */
export class LocalBackend implements Backend {
  readonly #accepted = new TransientMap<string, Accepted>();
  readonly #reports = new TransientMap<number, Report>();
  /** The latest epoch of each job of which something is accepted or said to be absent. */
  readonly #latest = new TransientMap<string, number>();
  /** Nothing is ever on its way here: only who asks without having submitted adds to it. */
  readonly #absent = new Set<string>();
  #receiver: Receiver | null = null;
  #cursor = 0;
  #paused = false;
  #told = 0;

  /** @param incarnation of the host: with it all of its pools end */
  constructor(
    readonly pool: LocalPool,
    readonly incarnation: string,
  ) {}

  describe(): Place {
    const { path, registers, methods } = this.pool;
    return { path, incarnation: this.incarnation, capacity: this.#capacity(), methods, registers, quarantined: null };
  }

  async submit(dispatch: Dispatch): Promise<SubmitAnswer> {
    const key = attemptKey(dispatch);
    const known = this.#accepted.get(key);
    if (known) return { type: 'accepted', ticket: known.ticket };
    const isFenced = this.#absent.has(key) || (this.#latest.get(dispatch.jobId) ?? 0) > dispatch.epoch;
    if (isFenced) return { type: 'refused', why: 'fenced' };
    if (this.#capacity() === 0) {
      // Told before it is refused: whoever had heard of room would claim and submit it again at once.
      this.#look();
      return { type: 'refused', why: 'closed' };
    }
    return this.#begin(key, dispatch);
  }

  async ask(attempt: AttemptRef): Promise<AskAnswer> {
    const known = this.#accepted.get(attemptKey(attempt));
    if (known) return { type: 'accepted', ticket: known.ticket };
    this.#absent.add(attemptKey(attempt));
    return { type: 'absent' };
  }

  listen(receiver: Receiver, after = 0): Disposable {
    this.#receiver = receiver;
    const watch = this.pool.watch(() => this.#look());
    for (const [cursor, report] of [...this.#reports]) if (cursor > after) receiver.report(report);
    this.#told = this.#capacity();
    receiver.event({ type: 'capacity.changed', capacity: this.#told });
    const end = this.pool.whenClosed(({ code, message }) => {
      if (this.#receiver === receiver) receiver.event({ type: 'place.closed', code, message });
    });
    return {
      [Symbol.dispose]: () => {
        watch[Symbol.dispose]();
        end[Symbol.dispose]();
        if (this.#receiver === receiver) this.#receiver = null;
      },
    };
  }

  acknowledge(cursor: number): void {
    const report = this.#reports.take(cursor);
    if (!report) return;
    const { attempt } = report.ticket;
    this.#accepted.delete(attemptKey(attempt));
    // A claim raises the epoch in the store: what comes for this job from here on is of a later one.
    if (this.#latest.get(attempt.jobId) === attempt.epoch) this.#latest.delete(attempt.jobId);
  }

  pause(): void {
    this.#paused = true;
    this.#look();
  }

  resume(): void {
    this.#paused = false;
    this.#look();
  }

  stop(attempts?: readonly AttemptRef[]): void {
    const keys = attempts?.map(attemptKey) ?? [...this.#accepted].map(([key]) => key);
    for (const key of keys) {
      const accepted = this.#accepted.get(key);
      if (!accepted?.isOver) accepted?.abort.abort(new EspalierError('ESP_ABORTED', 'the attempt was stopped'));
    }
  }

  #capacity(): number {
    return this.#paused ? 0 : this.pool.capacity;
  }

  #begin(key: string, dispatch: Dispatch): SubmitAnswer {
    const abort = new AbortController();
    let begun: Begun;
    try {
      begun = this.pool.begin(dispatch, abort.signal);
    } catch (error) {
      return { type: 'refused', why: 'unfit', error: toErrorRecord(error) };
    }
    const { jobId, epoch, attempt } = dispatch;
    const { incarnation } = this;
    const { output, usage } = begun;
    const ticket = { attempt: { jobId, epoch, attempt }, incarnation, output, usage };
    const accepted = { ticket, abort, isOver: false };
    this.#accepted.set(key, accepted);
    this.#latest.set(jobId, epoch);
    void begun.ended.then((outcome) => this.#report(accepted, outcome));
    return { type: 'accepted', ticket };
  }

  #report(accepted: Accepted, outcome: Outcome): void {
    accepted.isOver = true;
    this.#cursor += 1;
    const report = { cursor: this.#cursor, ticket: accepted.ticket, outcome };
    this.#reports.set(report.cursor, report);
    this.#receiver?.report(report);
  }

  #look(): void {
    const capacity = this.#capacity();
    if (capacity === this.#told) return;
    this.#told = capacity;
    this.#receiver?.event({ type: 'capacity.changed', capacity });
  }
}
