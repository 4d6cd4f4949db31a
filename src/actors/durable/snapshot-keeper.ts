import { type CellKeeper, hasFailedBelow, type SavedCell } from '../cell/saved-cell.js';

export interface SnapshotKeeperOptions {
  /** The saved form of a cell. @throws EspalierError `ESP_SNAPSHOT` for what cannot be saved */
  readonly form: (saved: SavedCell) => unknown;
  readonly write: (form: unknown) => Promise<void>;
  readonly remove: () => Promise<void>;
  /** A write that failed, or a state that could not be saved when its actor stopped. */
  readonly onFault: (error: unknown) => void;
}

type Persisted = { persist(): SavedCell; fail(error: unknown): void };

/**
 * Saves a cell when it has settled: once after each turn in which something changed, and not before the write under way is
 * committed, so that a busy actor costs no more than the store can take. An actor whose state cannot be saved crashes: one
 * that ran on would pretend to be safe.
 */
export class SnapshotKeeper implements CellKeeper {
  readonly #options: SnapshotKeeperOptions;
  #planned = false;
  #frozen = false;
  #isWriting = false;
  #again = false;
  #written = '';

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
  }

  changed(cell: Persisted): void {
    if (this.#planned || this.#frozen) return;
    this.#planned = true;
    // Inside an action, or while a child works, parts of the cell are still in the state before.
    setImmediate(() => this.#save(cell));
  }

  freeze(cell: { persist(): SavedCell }): void {
    if (this.#frozen) return;
    this.#frozen = true;
    if (!this.#planned && !this.#again) return;
    try {
      const saved = cell.persist();
      if (!hasFailedBelow(saved.snapshot)) this.#write(this.#options.form(saved));
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  finished(): void {
    this.#frozen = true;
    this.#options.remove().catch(this.#options.onFault);
  }

  #save(cell: Persisted): void {
    this.#planned = false;
    if (this.#frozen) return;
    if (this.#isWriting) {
      this.#again = true;
      return;
    }
    try {
      this.#write(this.#options.form(cell.persist()), () => this.#saveAgain(cell));
    } catch (error) {
      cell.fail(error);
    }
  }

  #saveAgain(cell: Persisted): void {
    this.#isWriting = false;
    if (!this.#again) return;
    this.#again = false;
    this.changed(cell);
  }

  #write(form: unknown, then: () => void = () => undefined): void {
    const text = JSON.stringify(form);
    if (text === this.#written) return;
    this.#isWriting = true;
    this.#written = text;
    this.#options.write(form).catch(this.#options.onFault).then(then, this.#options.onFault);
  }
}
