import type { Amounts } from '../../machines/work/job/policy.js';
import { isRefusal } from '../../store-refusal.js';

/** What an attempt has used by its end. */
export interface Used {
  readonly amounts: Amounts;
  /** What it told that is no amount; null when there is none. */
  readonly fault: string | null;
  /** Lines that were too long to be read. */
  readonly skipped: number;
}

/**
 * Tells the store what an attempt uses as it says it: one telling at a time, the newest amounts in each. What the store
 * refuses comes with the next, or with the end.
 */
export class UsageMeter {
  #told = '{}';
  #telling: Promise<void> | null = null;

  /** @param read what it has said so far */
  constructor(
    readonly read: () => Used,
    readonly tell: (amounts: Amounts) => Promise<void>,
    readonly onFault: (error: unknown) => void,
  ) {}

  /** There may be more. */
  look(): void {
    // It is over only after it has been kept here: its first telling takes time.
    if (this.#telling === null && this.#text() !== this.#told) this.#telling = this.#tellAll();
  }

  /** Nothing more comes. Resolves when nothing is being told any more. */
  async end(): Promise<Used> {
    await this.#telling;
    return this.read();
  }

  async #tellAll(): Promise<void> {
    try {
      for (let text = this.#text(); text !== this.#told; text = this.#text()) {
        await this.tell(this.read().amounts);
        this.#told = text;
      }
    } catch (error) {
      if (!isRefusal(error)) this.onFault(error);
    } finally {
      this.#telling = null;
    }
  }

  #text(): string {
    return JSON.stringify(this.read().amounts);
  }
}
