import type { Amounts, UsageSource } from '../../machines/work/job/policy.js';
import { UsageLines } from '../../machines/work/job/usage-lines.js';
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
 * Reads what an attempt uses as it prints it, and tells the store: one telling at a time, the newest amounts in each. What the
 * store refuses comes with the next, or with the end.
 */
export class UsageMeter {
  readonly #lines: UsageLines;
  #told = '{}';
  #telling: Promise<void> | null = null;

  constructor(
    source: UsageSource,
    readonly tell: (amounts: Amounts) => Promise<void>,
    readonly onFault: (error: unknown) => void,
  ) {
    this.#lines = new UsageLines(source);
  }

  hear(chunk: Uint8Array): void {
    this.#lines.push(chunk);
    // It is over only after it has been kept here: its first telling takes time.
    if (this.#telling === null && this.#text() !== this.#told) this.#telling = this.#tellAll();
  }

  /** Nothing more comes. Resolves when nothing is being told any more. */
  async end(): Promise<Used> {
    this.#lines.end();
    await this.#telling;
    const { amounts, fault, skipped } = this.#lines;
    return { amounts, fault, skipped };
  }

  async #tellAll(): Promise<void> {
    try {
      for (let text = this.#text(); text !== this.#told; text = this.#text()) {
        await this.tell(this.#lines.amounts);
        this.#told = text;
      }
    } catch (error) {
      if (!isRefusal(error)) this.onFault(error);
    } finally {
      this.#telling = null;
    }
  }

  #text(): string {
    return JSON.stringify(this.#lines.amounts);
  }
}
