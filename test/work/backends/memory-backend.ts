import {
  type AskAnswer,
  type AttemptRef,
  attemptKey,
  type Backend,
  type Dispatch,
  type Outcome,
  type Place,
  type Receiver,
  type Report,
  type SubmitAnswer,
  type Ticket,
} from '../../../src/work/backends/contract.js';

/** What keeps the promises of the contract, each by itself: without one of them the suite must fail. */
export const GUARDS = [
  'one execution per attempt',
  'what is not acknowledged is kept',
  'what is acknowledged is forgotten',
  'one outcome per attempt',
  'a later epoch fences an earlier one',
  'an outcome says its own epoch',
  'absent is for good',
  'nothing is taken beyond closing',
  'closing is told',
  'a pause lets work go on',
  'what ended before a stop keeps its end',
  'a loss is told',
  'a new incarnation has a new name',
  'the newest receiver is told',
  'what fits nothing is refused',
  'what waits is withdrawn',
] as const;
export type Guard = (typeof GUARDS)[number];

/** What becomes of the next submit on its way. */
export type Ambiguity = 'delivered' | 'undelivered' | 'delayed';

interface Running {
  readonly ticket: Ticket;
  readonly dispatch: Dispatch;
}

/** An input that this place cannot execute. */
export const UNFIT = 'unfit';

const none = { exit: null, durationMs: 0, heldOpen: false } as const;

/** A place in memory. Attempts run until they are told to end; those for which there is no room wait. */
export class MemoryBackend implements Backend {
  readonly #accepted = new Map<string, Ticket>();
  readonly #running = new Map<string, Running>();
  readonly #waiting = new Map<string, Running>();
  readonly #reports = new Map<number, Report>();
  readonly #epochs = new Map<string, number>();
  readonly #absent = new Set<string>();
  readonly #delayed: Dispatch[] = [];
  readonly #executions: string[] = [];
  readonly #receivers = new Set<Receiver>();
  #cursor = 0;
  #incarnation = 1;
  #room: number;
  #paused = false;
  #ambiguity: Ambiguity | null = null;

  /** @param without the guard that is taken away */
  constructor(
    room = 4,
    readonly without: Guard | null = null,
  ) {
    this.#room = room;
  }

  describe(): Place {
    const incarnation = String(this.#incarnation);
    const capacity = this.#paused ? 0 : this.#room;
    const methods = [{ name: 'work', version: null }];
    return { path: '/memory', incarnation, capacity, methods, registers: false, quarantined: null };
  }

  async submit(dispatch: Dispatch): Promise<SubmitAnswer> {
    const ambiguity = this.#ambiguity;
    this.#ambiguity = null;
    if (ambiguity === null) return this.#take(dispatch);
    if (ambiguity === 'delivered') this.#take(dispatch);
    if (ambiguity === 'delayed') this.#delayed.push(dispatch);
    return { type: 'unknown', error: { code: 'ESP_TIMEOUT', message: 'no answer' } };
  }

  async ask(attempt: AttemptRef): Promise<AskAnswer> {
    const key = attemptKey(attempt);
    const ticket = this.#accepted.get(key);
    if (ticket) return { type: 'accepted', ticket };
    if (this.#guards('absent is for good')) this.#absent.add(key);
    return { type: 'absent' };
  }

  listen(receiver: Receiver, after = 0): Disposable {
    if (this.#guards('the newest receiver is told')) this.#receivers.clear();
    this.#receivers.add(receiver);
    for (const report of this.#reports.values()) if (report.cursor > after) receiver.report(report);
    receiver.event({ type: 'capacity.changed', capacity: this.describe().capacity });
    return { [Symbol.dispose]: () => void this.#receivers.delete(receiver) };
  }

  acknowledge(cursor: number): void {
    if (this.#guards('what is acknowledged is forgotten')) this.#reports.delete(cursor);
  }

  pause(): void {
    this.#paused = true;
    if (!this.#guards('a pause lets work go on')) this.stop();
    this.#tellCapacity();
  }

  resume(): void {
    this.#paused = false;
    this.#tellCapacity();
  }

  stop(attempts?: readonly AttemptRef[]): void {
    const interrupted = { ...none, type: 'attempt.completed', how: 'interrupted' } as const;
    const withdrawn = this.#guards('what waits is withdrawn') ? ({ type: 'attempt.withdrawn' } as const) : interrupted;
    const all = [...this.#waiting.keys(), ...this.#running.keys()];
    for (const key of attempts?.map(attemptKey) ?? all) {
      const waits = this.#waiting.get(key);
      this.#waiting.delete(key);
      if (waits) this.#report(waits, withdrawn);
      else this.#end(key, interrupted);
    }
    if (this.#guards('what ended before a stop keeps its end')) return;
    for (const [cursor, report] of this.#reports) this.#reports.set(cursor, { ...report, outcome: interrupted });
  }

  /** How often it was executed. */
  executions(attempt: AttemptRef): number {
    return this.#executions.filter((key) => key === attemptKey(attempt)).length;
  }

  succeed(attempt: AttemptRef, result: unknown = null): void {
    this.#end(attemptKey(attempt), { ...none, type: 'attempt.completed', how: 'succeeded', result });
  }

  fail(attempt: AttemptRef): void {
    const error = { code: 'ESP_REMOTE', message: 'it does not work' } as const;
    this.#end(attemptKey(attempt), { ...none, type: 'attempt.completed', how: 'failed', error });
  }

  /** From now on it has room for so many at once. */
  resize(room: number): void {
    this.#room = room;
    this.#tellCapacity();
    this.#fill();
  }

  /** All that runs is gone, and another incarnation takes its place. */
  crash(): void {
    const error = { code: 'ESP_WORKER_EXITED', message: 'the place is gone' } as const;
    if (this.#guards('a new incarnation has a new name')) this.#incarnation += 1;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waits of waiting) this.#report(waits, { type: 'attempt.withdrawn' });
    for (const key of [...this.#running.keys()]) {
      if (this.#guards('a loss is told')) this.#end(key, { ...none, type: 'attempt.lost', error });
      else this.#running.delete(key);
    }
  }

  /** The answer to the next submit does not arrive. */
  becomeAmbiguous(ambiguity: Ambiguity): void {
    this.#ambiguity = ambiguity;
  }

  /** What was delayed arrives. */
  deliver(): void {
    for (const dispatch of this.#delayed.splice(0)) this.#take(dispatch);
  }

  #guards(guard: Guard): boolean {
    return this.without !== guard;
  }

  #take(dispatch: Dispatch): SubmitAnswer {
    const key = attemptKey(dispatch);
    const ticket = this.#accepted.get(key);
    if (ticket && this.#guards('one execution per attempt')) return { type: 'accepted', ticket };
    const latest = this.#epochs.get(dispatch.jobId) ?? 0;
    const isFenced = latest > dispatch.epoch && this.#guards('a later epoch fences an earlier one');
    if (isFenced || this.#absent.has(key)) return { type: 'refused', why: 'fenced' };
    const isClosed = this.describe().capacity === 0;
    if (isClosed && this.#guards('nothing is taken beyond closing')) return { type: 'refused', why: 'closed' };
    if (dispatch.input === UNFIT && this.#guards('what fits nothing is refused'))
      return { type: 'refused', why: 'unfit', error: { code: 'ESP_INVALID', message: 'it fits nothing' } };
    return { type: 'accepted', ticket: this.#begin(key, dispatch) };
  }

  #begin(key: string, dispatch: Dispatch): Ticket {
    const { jobId, epoch, attempt } = dispatch;
    const ticket = {
      attempt: { jobId, epoch, attempt },
      incarnation: String(this.#incarnation),
      output: null,
      usage: null,
    };
    this.#epochs.set(jobId, epoch);
    this.#accepted.set(key, ticket);
    this.#waiting.set(key, { ticket, dispatch });
    this.#fill();
    return ticket;
  }

  #fill(): void {
    for (const [key, waits] of this.#waiting) {
      if (this.#running.size >= this.#room) return;
      this.#waiting.delete(key);
      this.#running.set(key, waits);
      this.#executions.push(key);
    }
  }

  #end(key: string, outcome: Outcome): void {
    const running = this.#running.get(key);
    if (!running) return;
    if (this.#guards('one outcome per attempt')) this.#running.delete(key);
    this.#report(running, outcome);
    this.#fill();
  }

  #report(running: Running, outcome: Outcome): void {
    const { jobId } = running.ticket.attempt;
    const epoch = this.#epochs.get(jobId) ?? 0;
    const attempt = this.#guards('an outcome says its own epoch')
      ? running.ticket.attempt
      : { ...running.ticket.attempt, epoch };
    this.#cursor += 1;
    const report = { cursor: this.#cursor, ticket: { ...running.ticket, attempt }, outcome };
    if (this.#guards('what is not acknowledged is kept')) this.#reports.set(report.cursor, report);
    for (const receiver of this.#receivers) receiver.report(report);
  }

  #tellCapacity(): void {
    if (!this.#guards('closing is told')) return;
    const { capacity } = this.describe();
    for (const receiver of this.#receivers) receiver.event({ type: 'capacity.changed', capacity });
  }
}
