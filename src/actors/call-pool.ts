import { EspalierError } from '../errors.js';
import type { CallOutcome, OpenCall } from '../transport/process/protocol/call.js';
import type { CallSlot } from './call-slot.js';
import type { Clock } from './environment.js';
import type { PoolDoor } from './pool-actor.js';
import { Pool } from './pool-handle.js';
import { timeLimit } from './time-limit.js';

export interface CallOptions {
  /** For queue and run together, in milliseconds (60 000). */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the call may run again when its worker died in it; without it such a call is rejected. */
  readonly idempotent?: boolean | undefined;
}

export interface CallPoolParts extends PoolDoor<CallSlot> {
  readonly clock: Clock;
  /** How long a cancelled call may go on in its worker before that is killed, in milliseconds. */
  readonly cancelGraceMs: number;
}

const TIMEOUT_MS = 60_000;

/** Times that a call is given to another worker, when its worker died and it may run again. */
const MOST_RETRIES = 3;

/** A pool whose workers speak the worker protocol and serve calls. */
export class CallPool extends Pool {
  readonly mode = 'protocol';
  readonly #parts: CallPoolParts;

  constructor(parts: CallPoolParts) {
    super(parts);
    this.#parts = parts;
  }

  /**
   * Calls a method of some worker. At most once, unless it is idempotent: a call whose worker died is rejected, except one
   * that provably had not begun.
   *
   * @throws what the method threw; EspalierError `ESP_TIMEOUT`, `ESP_ABORTED`, `ESP_QUEUE_FULL`, `ESP_WORKER_EXITED`,
   * `ESP_STOPPED`
   * @example
   * const vector = await system.pool('embed').call('embed', { text: 'hello' }, { timeout: 2000 });
   */
  override async call(method: string, args?: unknown, options: CallOptions = {}): Promise<unknown> {
    const { timeout = TIMEOUT_MS, signal } = options;
    const limit = timeLimit(timeout);
    const ended = signal ? AbortSignal.any([limit, signal]) : limit;
    const until = this.#parts.clock.now() + timeout;
    for (let retries = 0; ; retries += 1) {
      const outcome = await this.#attempt(method, args, ended, until, () =>
        limit.aborted && !signal?.aborted ? this.#late(method, timeout) : aborted(signal?.reason),
      );
      if (outcome.kind === 'result') return outcome.value;
      if (outcome.kind === 'error') throw outcome.error;
      const mayRetry = outcome.state === 'not_started' || options.idempotent === true;
      if (!mayRetry || retries >= MOST_RETRIES) throw outcome.error;
    }
  }

  /**
   * Calls a method that answers with a stream, and reads it. Leaving the loop cancels the method. A stream runs at most
   * once: it is not begun again when its worker dies.
   *
   * @throws as `call`
   * @example
   * for await (const token of system.pool('llm').stream('generate', { prompt })) process.stdout.write(String(token));
   */
  override async *stream(method: string, args?: unknown, options: CallOptions = {}): AsyncGenerator<unknown, void> {
    const { timeout = TIMEOUT_MS, signal } = options;
    const limit = timeLimit(timeout);
    const ended = signal ? AbortSignal.any([limit, signal]) : limit;
    const because = () => (limit.aborted && !signal?.aborted ? this.#late(method, timeout) : aborted(signal?.reason));
    const slot = await this.#slot(ended, because);
    const open = slot.port.stream({ method, args, deadlineMs: timeout }, () => {
      ended.removeEventListener('abort', giveUp);
      slot.free();
    });
    const giveUp = () => open.cancel('the caller has given up');
    ended.addEventListener('abort', giveUp, { once: true });
    try {
      yield* open;
    } catch (error) {
      throw ended.aborted ? because() : error;
    } finally {
      giveUp();
    }
  }

  /** The slot that takes the next piece of work. */
  #slot(ended: AbortSignal, because: () => EspalierError): Promise<CallSlot> {
    return new Promise((resolve, reject) => {
      const queue = this.#parts.queue();
      if (!queue) return reject(this.#closed());
      queue.submit({ signal: ended, begin: resolve, refuse: (error) => reject(ended.aborted ? because() : error) });
    });
  }

  #closed(): EspalierError {
    return new EspalierError('ESP_STOPPED', `pool ${this.path} takes no calls now`);
  }

  #attempt(
    method: string,
    args: unknown,
    ended: AbortSignal,
    until: number,
    because: () => EspalierError,
  ): Promise<CallOutcome> {
    return new Promise((resolve, reject) => {
      const begin = (slot: CallSlot) => {
        const deadlineMs = Math.max(0, until - this.#parts.clock.now());
        this.#run(slot, { method, args, deadlineMs }, ended, (outcome) => {
          if (outcome) resolve(outcome);
          else reject(because());
        });
      };
      const queue = this.#parts.queue();
      if (!queue) return reject(this.#closed());
      queue.submit({ signal: ended, begin, refuse: (error) => reject(ended.aborted ? because() : error) });
    });
  }

  /** Runs the call in its slot, which stays taken until the worker says that the call ended. Null: it was given up. */
  #run(
    slot: CallSlot,
    request: { method: string; args: unknown; deadlineMs: number },
    ended: AbortSignal,
    settle: (outcome: CallOutcome | null) => void,
  ): void {
    const { clock, cancelGraceMs } = this.#parts;
    let timer: unknown;
    let open: OpenCall | null = null;
    const giveUp = () => {
      open?.cancel('the caller has given up');
      timer = clock.setTimeout(() => slot.fail(stubborn(request.method, cancelGraceMs)), cancelGraceMs);
      settle(null);
    };
    const settled = (outcome: CallOutcome) => {
      clock.clearTimeout(timer);
      ended.removeEventListener('abort', giveUp);
      slot.free();
      settle(outcome);
    };
    ended.addEventListener('abort', giveUp, { once: true });
    try {
      open = slot.port.call(request, settled);
    } catch (error) {
      // Only an argument that fits no frame, or a port at its limit: nothing was sent.
      settled({ kind: 'error', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  #late(method: string, timeout: number): EspalierError {
    return new EspalierError('ESP_TIMEOUT', `pool ${this.path}: ${method} was not done within ${timeout} ms`, {
      context: { pool: this.path, method, timeout },
    });
  }
}

function aborted(cause: unknown): EspalierError {
  return new EspalierError('ESP_ABORTED', 'the call was given up', { cause });
}

function stubborn(method: string, graceMs: number): EspalierError {
  return new EspalierError('ESP_TIMEOUT', `${method} went on for ${graceMs} ms after it was cancelled`);
}
