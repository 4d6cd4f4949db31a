import { EspalierError } from '../../../errors.js';
import { isFailure, type Overruled, type Ruling } from './ruling.js';
import type { SlotTable } from './slot-table.js';

/** What one write commits. */
export interface CommitBatch {
  /** In ascending order; between them lie only slots that are committed already. */
  readonly indexes: readonly number[];
  /** What these rows say whatever their attempts produced; null when they say what those did. */
  readonly as: Overruled | null;
}

/** Moves one slot to committed, with what its row says if that is not what its attempts produced. */
export type CommitSlot = (index: number, as: Overruled | null) => void;

/**
 * Turns arrivals in any order into commits in slot order, one write at a time. Slots that are committed already (those
 * that a reopened run kept) are passed over.
 *
 * Nothing here advances before the write has succeeded: `confirmed` advances, `failed` forgets the write.
 */
export class Committer {
  readonly #table: SlotTable;
  readonly #ruling: Ruling;
  readonly #batch: number;
  readonly #commit: CommitSlot;
  #outstanding: CommitBatch | null = null;
  #folded: number;

  /**
   * @param batch rows per write, at least 1
   * @param commit called in slot order
   * @param folded how much of the prefix the ruling has been shown already
   */
  constructor(table: SlotTable, ruling: Ruling, batch: number, commit: CommitSlot, folded = 0) {
    if (!Number.isInteger(batch) || batch < 1) throw new EspalierError('ESP_INVALID', `a batch of ${batch} rows`);
    this.#table = table;
    this.#ruling = ruling;
    this.#batch = batch;
    this.#commit = commit;
    this.#folded = folded;
    this.#fold();
  }

  /** The write that is under way. */
  get outstanding(): CommitBatch | null {
    return this.#outstanding;
  }

  /** Whether there is something to write that is not being written. */
  get ready(): boolean {
    return this.#outstanding === null && this.#table.frontier < this.#table.size && this.#isDue(this.#table.frontier);
  }

  /** The next write, or null while one is under way or the next slot has not ended. */
  next(): CommitBatch | null {
    if (!this.ready) return null;
    const as = this.#ruling.overrule(this.#table.frontier);
    const indexes: number[] = [];
    for (let at = this.#table.frontier; at < this.#table.size && indexes.length < this.#batch; at += 1) {
      if (this.#table.phase(at) === 'committed') continue;
      if (!this.#isDue(at) || this.#ruling.overrule(at) !== as) break;
      indexes.push(at);
      if (this.#changesRuling(at, as)) break;
    }
    this.#outstanding = { indexes, as };
    return this.#outstanding;
  }

  /** The write is on disk. Throws `ESP_INVALID` when these are not the slots that were being written. */
  confirmed(indexes: readonly number[]): void {
    const batch = this.#outstanding;
    if (
      batch === null ||
      indexes.length !== batch.indexes.length ||
      indexes.some((it, at) => it !== batch.indexes[at])
    ) {
      throw new EspalierError('ESP_INVALID', 'a commit was confirmed that was not under way', { context: { indexes } });
    }
    this.#outstanding = null;
    for (const index of batch.indexes) this.#commit(index, batch.as);
    this.#fold();
  }

  /** The write failed and left nothing behind. */
  failed(): void {
    this.#outstanding = null;
  }

  /** An independent committer over copies of what this one works on. */
  clone(table: SlotTable, ruling: Ruling, commit: CommitSlot): Committer {
    const copy = new Committer(table, ruling, this.#batch, commit, this.#folded);
    copy.#outstanding = this.#outstanding;
    return copy;
  }

  #isDue(index: number): boolean {
    const phase = this.#table.phase(index);
    return phase === 'finished' || (phase === 'pending' && this.#ruling.overrule(index) !== null);
  }

  /** A failure may change what the rows behind it must say, so it ends its write. */
  #changesRuling(index: number, as: Overruled | null): boolean {
    return as === null && !this.#ruling.indifferent && isFailure(this.#table.status(index));
  }

  /** Shows the ruling the committed prefix as far as it has grown. */
  #fold(): void {
    for (; this.#folded < this.#table.frontier; this.#folded += 1) {
      this.#ruling.fold(this.#folded, this.#table.status(this.#folded));
    }
  }
}
