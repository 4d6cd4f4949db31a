import { isEspalierError, toErrorRecord } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { NewJournalEvent, StoreTrouble } from '../../machines/events.js';
import { TroubleNote } from './note.js';

/** Room that came back is trusted after so many milliseconds without a refusal. */
const CALM_MS = 1000;

export interface RefusalsOptions {
  readonly file: string;
  readonly host: RunId;
  readonly now: () => number;
  /** Writes to the journal; rejects when that is refused too. */
  readonly journal: (event: NewJournalEvent) => Promise<unknown>;
}

/**
 * Keeps account of writes that the disk refused: in a note beside the store while it lasts, in the journal once there is
 * room again.
 */
export class Refusals {
  readonly #note: TroubleNote;
  #open: StoreTrouble | null = null;
  #telling = false;

  constructor(readonly options: RefusalsOptions) {
    this.#note = new TroubleNote(options.file);
  }

  refused(error: unknown): void {
    if (!isEspalierError(error) || (error.code !== 'ESP_STORE_FULL' && error.code !== 'ESP_STORE_UNUSABLE')) return;
    const { host, now } = this.options;
    const at = now();
    const { from = at, writes = 0 } = this.#open ?? {};
    this.#open = { host, error: toErrorRecord(error), writes: writes + 1, from, to: at };
    this.#note.write(this.#open);
  }

  /** A write succeeded. */
  worked(): void {
    if (this.#open === null || this.#telling || this.options.now() - this.#open.to < CALM_MS) return;
    this.#telling = true;
    const data = this.#open;
    const tell = async () => {
      await this.options.journal({ type: 'store.refused', data });
      if (this.#open === data) this.#open = null;
      if (this.#open === null) this.#note.clear();
    };
    // Refused again: the account goes on, and is told later.
    void tell().then(
      () => (this.#telling = false),
      () => (this.#telling = false),
    );
  }

  clear(): void {
    this.#note.clear();
  }

  close(): void {
    this.#note.close();
  }
}
