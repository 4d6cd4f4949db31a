import { stat } from 'node:fs/promises';
import { codeOf } from '../../errors.js';

/**
 * The files that this process has open as stores. Looking into one of them with a descriptor of our own would, on closing
 * that, take the locks of every connection to it, so openings of one file wait for each other and know of each other.
 */
export class HeldFiles {
  /** By device and inode, how many stores. */
  readonly #held = new Map<string, number>();
  /** By path, the newest opening. */
  readonly #openings = new Map<string, Promise<unknown>>();

  /**
   * Opens a file when earlier openings of the same path are done.
   *
   * @param open is told whether the file is open already. Its result holds the file until `release`
   */
  async open<T>(file: string, open: (known: boolean) => Promise<T>): Promise<{ opened: T; release: () => void }> {
    const before = this.#openings.get(file) ?? Promise.resolve();
    const opening = before.then(() => this.#open(file, open));
    const settled = opening.catch(() => undefined);
    this.#openings.set(file, settled);
    try {
      return await opening;
    } finally {
      if (this.#openings.get(file) === settled) this.#openings.delete(file);
    }
  }

  async #open<T>(file: string, open: (known: boolean) => Promise<T>): Promise<{ opened: T; release: () => void }> {
    const found = await inode(file);
    const opened = await open(found !== null && this.#held.has(found));
    const held = await inode(file);
    if (held === null) return { opened, release: () => undefined };
    this.#held.set(held, (this.#held.get(held) ?? 0) + 1);
    return { opened, release: () => this.#release(held) };
  }

  #release(held: string): void {
    const left = (this.#held.get(held) ?? 1) - 1;
    if (left === 0) this.#held.delete(held);
    else this.#held.set(held, left);
  }
}

async function inode(file: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(file);
    return `${dev}:${ino}`;
  } catch (error) {
    // Why it cannot be examined is said by the opening itself.
    if (codeOf(error) !== undefined) return null;
    throw error;
  }
}
