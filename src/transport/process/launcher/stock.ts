import type { EspalierError } from '../../../errors.js';

interface Waiter {
  readonly resolve: (pair: number) => void;
  readonly reject: (error: EspalierError) => void;
}

/** The numbers of FIFO pairs that were made and not yet taken, first come, first served. */
export class Stock {
  readonly #waiting: Waiter[] = [];
  #made = 0;
  #taken = 0;
  #closed: EspalierError | undefined;

  constructor(
    /** Asks for more, when somebody waits. */
    private readonly order: (taken: number) => void,
  ) {}

  /** Takes one; waits if there is none. Rejects when no more can be made. */
  take(): Promise<number> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (this.#taken < this.#made) return Promise.resolve(this.#taken++);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.order(this.#taken);
    });
  }

  /** So many were made in all; or why there are no more. */
  add(made: number, failure: EspalierError | null): void {
    this.#made = made;
    while (this.#taken < this.#made) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return;
      waiter.resolve(this.#taken++);
    }
    if (failure !== null) for (const waiter of this.#waiting.splice(0)) waiter.reject(failure);
    else if (this.#waiting.length > 0) this.order(this.#taken);
  }

  /** Refuses from here on, those who wait included. */
  close(why: EspalierError): void {
    this.#closed ??= why;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(why);
  }
}
