import type { Connection } from '../sql/connection.js';
import { type Opened, openForReading, type ReadOptions } from './connect.js';

/** A store as it is read: the file itself, or, where only a copy can be read, a new copy after each change. */
export class ReadFile {
  #opened: Opened | null;
  #users = 0;

  private constructor(
    readonly file: string,
    readonly options: ReadOptions,
  ) {
    this.#opened = openForReading(file, options);
  }

  /** @throws what `openForReading` throws */
  static open(file: string, options: ReadOptions): ReadFile {
    return new ReadFile(file, options);
  }

  /**
   * The connection of now, until it is released as often as it was asked for.
   *
   * @throws what `openForReading` throws
   */
  use(): { readonly db: Connection; release(): void } {
    if (this.#users === 0 && this.#isOutdated()) this.close();
    this.#opened ??= openForReading(this.file, this.options);
    this.#users += 1;
    const release = () => {
      this.#users -= 1;
    };
    return { db: this.#opened.db, release };
  }

  /** Another one after each commit of anybody; null when it is not known, and whoever waits has to look. */
  version(): number | null {
    if (this.#opened === null || this.#isOutdated()) return null;
    try {
      return this.#opened.db.dataVersion();
    } catch {
      // Whoever looks meets the error itself.
      return null;
    }
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = null;
  }

  #isOutdated(): boolean {
    return this.#opened?.isOutdated() ?? false;
  }
}
