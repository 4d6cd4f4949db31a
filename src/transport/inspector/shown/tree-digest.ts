import { TreeDigest } from '../protocol/wire.js';
import { Cursor } from './cursor.js';
import type { Viewer } from './viewed.js';

/** The digest of the tree as clients see it, kept up to date a piece at a time while somebody looks. */
export class DigestKeeper {
  readonly #viewer: Viewer;
  readonly #onPath: (path: string) => void;
  #digest = new TreeDigest();
  #cursor: Cursor;
  #rev = 0;

  /** @param onPath called with each path that is new or has changed */
  constructor(viewer: Viewer, onPath: (path: string) => void) {
    this.#viewer = viewer;
    this.#onPath = onPath;
    this.#cursor = new Cursor(viewer.model.changes, () => viewer.model.paths(), null);
  }

  /** The revision that it stands for; 0 while it is being made. */
  get rev(): number {
    return this.#rev;
  }

  get value(): string {
    return this.#digest.value;
  }

  get size(): number {
    return this.#digest.size;
  }

  advance(): void {
    const passed = this.#cursor.next();
    if (!passed) return;
    if (passed.whole) this.#digest = new TreeDigest();
    for (const path of passed.changed) this.#put(path);
    for (const path of passed.removed) this.#digest.remove(path);
    this.#rev = passed.rev;
  }

  #put(path: string): void {
    this.#onPath(path);
    const summary = this.#viewer.summary(path);
    if (summary) this.#digest.put(summary);
    else this.#digest.remove(path);
  }
}
