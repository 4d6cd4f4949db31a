import type { Clock } from '../../clock.js';
import { EspalierError, toError } from '../../errors.js';
import type { CallOutcome, CallRequest, OpenCall } from '../../transport/protocol/port/call.js';
import { lostWith, type ProtocolSeat } from './protocol-worker.js';

export interface RunningCallOptions {
  readonly clock: Clock;
  /** How long it may go on in its worker once nobody waits for it, in milliseconds. */
  readonly cancelGraceMs: number;
  /** Fires when nobody waits for it any more. */
  readonly ended: AbortSignal;
}

/**
 * One call in its worker: it holds its place until the worker says that it ended, or is gone. Given up, it is cancelled;
 * without proof that it ended within the grace its worker is killed.
 */
export class RunningCall {
  readonly request: CallRequest;
  #open: OpenCall | null = null;
  #timer: unknown;
  #started = false;
  #over = false;
  /** Called once, when the caller's signal fires while it runs. */
  onGivenUp: () => void = () => undefined;
  readonly #giveUp = () => {
    this.cancel();
    this.onGivenUp();
  };

  constructor(
    readonly seat: ProtocolSeat,
    request: CallRequest,
    readonly options: RunningCallOptions,
  ) {
    this.request = { ...request, onStart: () => this.#start(), onSpoilt: () => this.cancel() };
  }

  /** From here on the caller's signal cancels it. */
  attach(open: OpenCall): void {
    this.#open = open;
    const { ended } = this.options;
    if (ended.aborted) return this.#giveUp();
    ended.addEventListener('abort', this.#giveUp, { once: true });
  }

  cancel(): void {
    if (this.#over) return;
    this.seat.wanted.delete(this);
    this.#open?.cancel('the caller has given up');
    this.#timer ??= this.#arm();
  }

  /** It provably ended: its place is free. */
  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.seat.wanted.delete(this);
    this.options.clock.clearTimeout(this.#timer);
    this.options.ended.removeEventListener('abort', this.#giveUp);
    this.seat.free();
  }

  #start(): void {
    this.#started = true;
    if (!this.options.ended.aborted) this.seat.wanted.add(this);
  }

  #arm(): unknown {
    const { clock, cancelGraceMs } = this.options;
    return clock.setTimeout(() => {
      // It waits behind a call that somebody still wants: that one is not to be killed for it.
      if (!this.#started && this.seat.wanted.size > 0) this.#timer = this.#arm();
      else this.seat.fail(this.#stubborn());
    }, cancelGraceMs);
  }

  #stubborn(): EspalierError {
    const { seat, request, options } = this;
    const message = `${request.method} went on for ${options.cancelGraceMs} ms after it was cancelled`;
    return new EspalierError('ESP_TIMEOUT', message, { context: { path: seat.path, method: request.method } });
  }
}

/** Runs a call in its seat. Null: it was given up, and goes on to its end by itself. */
export function runCall(
  seat: ProtocolSeat,
  request: CallRequest,
  options: RunningCallOptions,
  settle: (outcome: CallOutcome | null) => void,
): void {
  const run = new RunningCall(seat, request, options);
  run.onGivenUp = () => settle(null);
  const settled = (outcome: CallOutcome) => {
    run.release();
    if (outcome.kind !== 'lost' || outcome.state === 'not_started') return settle(outcome);
    void explained(seat, outcome).then(settle);
  };
  try {
    run.attach(seat.port.call(run.request, settled));
  } catch (error) {
    // Only an argument that fits no frame, or a port at its limit: nothing was sent.
    settled({ kind: 'error', error: toError(error) });
  }
}

/** A lost call with what is known of its worker's end, which follows soon. A breach of protocol explains itself. */
export async function explained(
  seat: ProtocolSeat,
  outcome: Extract<CallOutcome, { kind: 'lost' }>,
): Promise<Extract<CallOutcome, { kind: 'lost' }>> {
  if (outcome.error.code !== 'ESP_WORKER_EXITED') return outcome;
  return { ...outcome, error: lostWith(seat, await seat.ending, outcome.state, outcome.error) };
}
