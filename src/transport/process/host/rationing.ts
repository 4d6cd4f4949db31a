import { type Clock, steadyClock } from '../../../clock.js';
import { EspalierError, isEspalierError } from '../../../errors.js';
import { type Shortage, shortageOf, shortagePause } from '../../../machines/process/shortage.js';

/** What is told of a shortage: once when it begins, once when it is over. */
export type ShortageNotice =
  | { readonly t: 'began'; readonly shortage: Shortage; readonly running: number }
  | { readonly t: 'ended'; readonly shortage: Shortage; readonly lastedMs: number; readonly waited: number };

interface Waiter {
  /** When it asked first: who asked before goes before. */
  readonly ticket: number;
  readonly go: () => void;
  readonly fail: (error: EspalierError) => void;
}

/**
 * Lets programs start while the machine has what they need. What fails for want of files, processes, memory or room is no
 * failure of the program: it waits until another has ended, or for a bounded pause, and is tried again. Who is short goes
 * first, one at a time; others wait behind in order.
 */
export class Rationing {
  readonly #waiting: Waiter[] = [];
  #running = 0;
  #tickets = 0;
  #failures = 0;
  #waited = 0;
  #short: { readonly shortage: Shortage; readonly since: number } | null = null;
  #timer: unknown = null;
  #closed: EspalierError | null = null;

  constructor(
    private readonly tell: (notice: ShortageNotice) => void,
    private readonly clock: Clock = steadyClock,
  ) {}

  /** How many programs run now. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs `start` until it fails for another reason than a shortage, or succeeds. Rejects with `ESP_STOPPED` when it is given
   * up, or the host closes, while it waits.
   */
  async start<T>(start: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const ticket = this.#tickets++;
    let hasWaited = this.#short !== null;
    if (hasWaited) this.#waited += 1;
    if (hasWaited) await this.#turn(ticket, signal);
    for (;;) {
      try {
        const started = await start();
        this.#running += 1;
        this.#worked();
        return started;
      } catch (error) {
        const shortage = isEspalierError(error) ? shortageOf(error.context?.reason) : null;
        if (shortage === null) {
          this.#worked();
          throw error;
        }
        this.#ranShort(shortage);
        if (!hasWaited) this.#waited += 1;
        hasWaited = true;
        await this.#turn(ticket, signal);
      }
    }
  }

  /** A program has ended: what it held is free. */
  ended(): void {
    this.#running -= 1;
    this.#next();
  }

  /** Nobody waits any more. */
  close(why: EspalierError): void {
    this.#closed = why;
    this.clock.clearTimeout(this.#timer);
    for (const { fail } of this.#waiting.splice(0)) fail(why);
  }

  #ranShort(shortage: Shortage): void {
    this.#failures += 1;
    if (this.#short !== null) return;
    this.#short = { shortage, since: this.clock.now() };
    this.tell({ t: 'began', shortage, running: this.#running });
  }

  /** Something could be started, or failed by itself: the next one may try at once. */
  #worked(): void {
    if (this.#short === null) return;
    this.#failures = 0;
    if (this.#waiting.length > 0) this.#next();
    else this.#over();
  }

  #over(): void {
    if (this.#short === null) return;
    const { shortage, since } = this.#short;
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#short = null;
    this.tell({ t: 'ended', shortage, lastedMs: Math.round(this.clock.now() - since), waited: this.#waited });
    this.#waited = 0;
  }

  #next(): void {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.shift()?.go();
  }

  #turn(ticket: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    if (signal?.aborted) return Promise.reject(givenUp());
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(givenUp());
        if (this.#waiting.length === 0) this.#over();
      };
      const settle = () => signal?.removeEventListener('abort', abort);
      const waiter: Waiter = {
        ticket,
        go: () => {
          settle();
          resolve();
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      const behind = this.#waiting.findIndex((other) => other.ticket > ticket);
      this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, waiter);
      this.#timer ??= this.clock.setTimeout(() => this.#next(), shortagePause(Math.max(1, this.#failures)));
    });
  }
}

function givenUp(): EspalierError {
  return new EspalierError('ESP_STOPPED', 'the program was given up while it waited to be started');
}
