import type { Clock } from '../../clock.js';
import { EspalierError } from '../../errors.js';
import type { CallVerdict } from '../../machines/pool/queue/breaker.js';
import { type Backoff, backoffDelay } from '../../machines/time/backoff.js';
import { checkOptions } from '../../options.js';
import { TimeLimit } from '../../time-limit.js';
import type { CallContextIds, MethodDescription } from '../../transport/protocol/messages.js';
import type { CallOutcome, CallRequest, JobOfCall } from '../../transport/protocol/port/call.js';
import { RemoteError } from '../../transport/protocol/remote-error.js';
import type { WorkerDesk, WorkerListener } from '../desk/worker-desk.js';
import { type CallOptions, callRule, type RetryPolicy } from '../handles/call-options.js';
import { ControlledPool } from '../handles/controlled-pool.js';
import type { Pool } from '../handles/pool-handle.js';
import type { PoolForHandle } from '../pool/pool-actor.js';
import type { Affinity } from './affinity.js';
import type { CircuitBreaker } from './breaker.js';
import type { ContractCheck } from './contract.js';
import type { MethodCatalog } from './method-catalog.js';
import { type ProtocolSeat, wasStopped } from './protocol-worker.js';
import { explained, RunningCall, runCall } from './running-call.js';

export type { CallOptions } from '../handles/call-options.js';

export interface ProtocolPoolParts extends PoolForHandle<ProtocolSeat> {
  readonly clock: Clock;
  readonly desk: WorkerDesk;
  readonly catalog: MethodCatalog;
  /** Null without one. */
  readonly contract: ContractCheck | null;
  readonly affinity: Affinity<ProtocolSeat>;
  /** How long a cancelled call may go on in its worker before that is killed, in milliseconds. */
  readonly cancelGraceMs: number;
  readonly breaker: CircuitBreaker | null;
  readonly retry: RetryPolicy | null;
  random(): number;
}

/** A job, as the call knows it that is an attempt of it. */
export interface AttemptJob extends JobOfCall {
  /** Told of the time that it has, each time when a worker has it. */
  begins(time: Pick<TimeLimit, 'pause'>): void;
}

/** What an attempt of a durable job says of itself. */
export interface CallAttempt {
  /** From when a worker has it, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal;
  readonly ctx: CallContextIds;
  /** The job that it is an attempt of; null for a slot of a run. */
  readonly job: AttemptJob | null;
  /** Called when a worker has it: again where it provably did not begin, or is repeated, in another one. */
  began(worker: Pick<ProtocolSeat, 'path' | 'incarnation' | 'pid'>): void;
}

const TIMEOUT_MS = 60_000;

/** Times that a call is given to another worker, when its worker died in it and it may run again. */
const MOST_RETRIES = 3;

/** One call on its way through attempts. */
interface Journey {
  readonly method: string;
  readonly args: unknown;
  readonly options: CallOptions;
  /** Fires when the caller, or the time, is up. */
  readonly ended: AbortSignal;
  readonly limit: TimeLimit;
  /** By the clock, in milliseconds; null without a limit. */
  readonly until: number | null;
  /** It waits for room as long as it takes, and is over only once it provably ended; null for a call. */
  readonly attempt: CallAttempt | null;
  /** Why it was given up. */
  because(): EspalierError;
  /** Seats whose worker died with it. */
  readonly avoids: Set<string>;
}

/** One incarnation of a pool whose workers speak the worker protocol and serve calls. */
export class LiveProtocolPool extends ControlledPool implements Pool {
  readonly mode = 'protocol';
  readonly #parts: ProtocolPoolParts;

  constructor(parts: ProtocolPoolParts) {
    super(parts);
    this.#parts = parts;
  }

  async call(method: string, args?: unknown, options: CallOptions = {}): Promise<unknown> {
    checkOptions(() => `pool ${this.path}: ${method}`, options, callRule);
    const { breaker, catalog, contract } = this.#parts;
    const given = contract ? await contract.input(method, args) : args;
    catalog.check(method, given);
    breaker?.admit();
    const value = await this.#judged(this.#journey(method, given, options));
    return contract ? await contract.output(method, value) : value;
  }

  /** Whether it takes work now: not while its queue is being restarted, nor while it is drained. */
  get isOpen(): boolean {
    return this.#parts.queue()?.isOpen === true;
  }

  /** Calls that its workers run at once, those aside that would only wait in them. */
  get window(): number {
    let calls = 0;
    for (const { window } of this.#parts.seats()) calls += window;
    return calls;
  }

  /**
   * What a contract makes of an argument is known only once it has been asked.
   *
   * @throws EspalierError `ESP_INVALID` when the argument does not fit what the method said of it
   */
  check(method: string, args: unknown): void {
    if (!this.#parts.contract) this.#parts.catalog.check(method, args);
  }

  /**
   * A call that is a durable attempt: it waits for room as long as it takes, and is over when this settles, also when it
   * was given up. The breaker hears of it and does not refuse it: whoever waits as long as it takes is in nobody's way, and
   * a refusal would be an end of its job.
   *
   * @throws as `call`
   */
  async attempt(method: string, args: unknown, attempt: CallAttempt): Promise<unknown> {
    const { contract, catalog, clock } = this.#parts;
    const { signal, ctx } = attempt;
    const given = contract ? await contract.input(method, args) : args;
    if (contract) catalog.check(method, given);
    const limit = new TimeLimit(clock, undefined, signal);
    const because = () => aborted(signal.reason);
    const journey = { method, args: given, options: { ctx }, ended: limit.signal, limit, until: null, because };
    const value = await this.#judged({ ...journey, attempt, avoids: new Set() });
    return contract ? await contract.output(method, value) : value;
  }

  async *stream(method: string, args?: unknown, options: CallOptions = {}): AsyncGenerator<unknown, void> {
    checkOptions(() => `pool ${this.path}: ${method}`, options, callRule);
    const { catalog, contract } = this.#parts;
    const given = contract ? await contract.input(method, args) : args;
    catalog.check(method, given);
    const journey = this.#journey(method, given, options);
    try {
      const chunks = this.#read(journey, await this.#seat(journey));
      if (!contract) yield* chunks;
      else for await (const chunk of chunks) yield await contract.output(method, chunk);
    } finally {
      journey.limit.end();
    }
  }

  async *#read(journey: Journey, seat: ProtocolSeat): AsyncGenerator<unknown, void> {
    const run = new RunningCall(seat, this.#request(journey), { ...this.#parts, ended: journey.ended });
    const ends: CallOutcome[] = [];
    const open = seat.port.stream(run.request, (outcome) => {
      run.release();
      ends.push(outcome);
    });
    run.attach(open);
    try {
      yield* open;
    } catch (error) {
      if (journey.ended.aborted) throw journey.because();
      const [end] = ends;
      throw end?.kind === 'lost' ? (await explained(seat, end)).error : error;
    } finally {
      run.cancel();
    }
  }

  methods(): readonly MethodDescription[] {
    return this.#parts.catalog.list();
  }

  observe(listener: WorkerListener): Disposable {
    return this.#parts.desk.listen(this.path, listener);
  }

  #journey(method: string, args: unknown, options: CallOptions): Journey {
    const { clock } = this.#parts;
    const { timeout = TIMEOUT_MS, signal } = options;
    const limit = new TimeLimit(clock, timeout, signal);
    const until = clock.now() + timeout;
    const because = () => (limit.isLate ? this.#late(method, timeout) : aborted(signal?.reason));
    return { method, args, options, ended: limit.signal, limit, until, because, attempt: null, avoids: new Set() };
  }

  /** The breaker hears how it ended. A worker that answered has done its part, whatever a contract says of the answer. */
  async #judged(journey: Journey): Promise<unknown> {
    const { breaker } = this.#parts;
    let value: unknown;
    try {
      value = await this.#complete(journey);
    } catch (error) {
      breaker?.ended(verdictOf(error));
      throw error;
    }
    breaker?.ended('succeeded');
    return value;
  }

  async #complete(journey: Journey): Promise<unknown> {
    try {
      return await this.#travel(journey);
    } finally {
      journey.limit.end();
    }
  }

  async #travel(journey: Journey): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      const seat = await this.#seat(journey);
      journey.attempt?.began(seat);
      const timed = this.#timed(journey);
      journey.attempt?.job?.begins(timed.limit);
      const outcome = await this.#attempt(seat, timed).finally(
        () => timed.limit !== journey.limit && timed.limit.end(),
      );
      if (outcome.kind === 'result') return outcome.value;
      if (outcome.kind === 'lost') journey.avoids.add(seat.id);
      // What provably did not begin was no attempt: it goes to another worker, for as long as its time lasts.
      if (outcome.kind === 'lost' && outcome.state === 'not_started') tries -= 1;
      else await this.#again(journey, outcome, tries);
    }
  }

  /** An attempt's time begins with the seat that has it. */
  #timed(journey: Journey): Journey {
    const { method, attempt } = journey;
    if (attempt === null || attempt.timeoutMs === null) return journey;
    const { clock } = this.#parts;
    const { timeoutMs, signal } = attempt;
    const limit = new TimeLimit(clock, timeoutMs, signal);
    const because = () => (limit.isLate ? this.#late(method, timeoutMs) : aborted(signal.reason));
    return { ...journey, limit, ended: limit.signal, until: clock.now() + timeoutMs, because };
  }

  /**
   * Resolves when the call is to be tried again; throws its error when it is not. An attempt of a durable job is one
   * execution: whether there is another one is decided, and counted, where the job is.
   */
  async #again(
    { options, ended, because, attempt: durable }: Journey,
    outcome: Exclude<CallOutcome, { kind: 'result' }>,
    attempt: number,
  ) {
    const { retry, random } = this.#parts;
    const isOnce = options.input !== undefined || durable !== null;
    const mayRepeat =
      !isOnce && (outcome.kind === 'lost' ? options.idempotent === true : isRetryable(outcome.error, retry));
    const most = retry?.attempts ?? (retry ? 3 : MOST_RETRIES + 1);
    if (!mayRepeat || attempt >= most) throw outcome.error;
    if (!retry) return;
    const { initialMs = 100, maxMs = 10_000 } = retry;
    const backoff: Backoff = { initialMs, factor: 2, maxMs, jitter: 0.25 };
    await this.#rest(backoffDelay(backoff, attempt - 1, random()), ended);
    if (ended.aborted) throw because();
  }

  #rest(ms: number, ended: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const done = () => {
        clock.clearTimeout(timer);
        ended.removeEventListener('abort', done);
        resolve();
      };
      const timer = clock.setTimeout(done, ms);
      ended.addEventListener('abort', done, { once: true });
    });
  }

  /** The seat that takes the next piece of work. */
  #seat({ ended, because, avoids, attempt, options: { session } }: Journey): Promise<ProtocolSeat> {
    const { affinity, queue: find } = this.#parts;
    return new Promise((resolve, reject) => {
      const queue = find();
      if (!queue) return reject(this.#parts.refusal());
      const begin = (seat: ProtocolSeat) => {
        if (session !== undefined) affinity.bind(session, seat);
        resolve(seat);
      };
      const refuse = (error: unknown) => {
        if (session !== undefined && isLost(error)) affinity.release(session);
        reject(ended.aborted ? because() : error);
      };
      const wish = session === undefined ? {} : affinity.wish(session);
      queue.submit({ signal: ended, avoids, patient: attempt !== null, ...wish, begin, refuse });
    });
  }

  #attempt(seat: ProtocolSeat, journey: Journey): Promise<CallOutcome> {
    const { ended, because } = journey;
    const isAttempt = journey.attempt !== null;
    return new Promise((resolve, reject) => {
      runCall(seat, this.#request(journey), { ...this.#parts, ended }, (outcome) => {
        // What was given up goes on for a moment: an attempt is over when that is.
        const isGivenUp = outcome ? isAttempt && ended.aborted && outcome.kind !== 'result' : !isAttempt;
        if (isGivenUp) reject(because());
        else if (outcome) resolve(outcome);
      });
    });
  }

  #request({ method, args, until, attempt, options: { ctx, input, session } }: Journey): CallRequest {
    // A job that has a deadline has no more time than until then, however long its attempt may take.
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, (attempt && ctx?.deadline) ?? Number.POSITIVE_INFINITY);
    const deadlineMs = end === Number.POSITIVE_INFINITY ? undefined : Math.max(0, end - this.#parts.clock.now());
    const job = attempt?.job ?? null;
    return { method, args, deadlineMs, ctx: session === undefined ? ctx : { ...ctx, session }, input, job };
  }

  #late(method: string, timeout: number): EspalierError {
    const trouble = this.#parts.trouble();
    const why = trouble ? `; none of its workers is ready: ${trouble.message}` : '';
    return new EspalierError('ESP_TIMEOUT', `pool ${this.path}: ${method} was not done within ${timeout} ms${why}`, {
      ...(trouble && { cause: trouble }),
      context: { pool: this.path, method, timeout },
    });
  }
}

/** An error that its method calls retryable, where a retry policy is set. */
function isRetryable(error: Error, retry: RetryPolicy | null): boolean {
  return retry !== null && error instanceof RemoteError && error.retryable;
}

/** What a failed call says of its pool: a method's own error says nothing, nor does a caller who left. */
function verdictOf(error: unknown): CallVerdict {
  if (error instanceof RemoteError) return error.retryable ? 'failed' : 'succeeded';
  if (!(error instanceof EspalierError) || wasStopped(error)) return 'abandoned';
  return error.code === 'ESP_TIMEOUT' || error.code === 'ESP_WORKER_EXITED' || error.code === 'ESP_PROTOCOL'
    ? 'failed'
    : 'abandoned';
}

function isLost(error: unknown): boolean {
  return error instanceof EspalierError && error.code === 'ESP_SESSION_LOST';
}

function aborted(cause: unknown): EspalierError {
  return new EspalierError('ESP_ABORTED', 'the call was given up', { cause });
}
