import type { ProofOfEnd } from './seat-driver.js';

/**
 * What starters left running when they ended in another way than by their own end. It outlives starters and pools: whoever
 * starts next at such a path first sees it proven gone.
 */
export class Leftovers {
  readonly #left = new Map<string, () => Promise<ProofOfEnd>>();

  /** `first` says what the sweep under way proves; `again` tries once more what that did not. */
  leave(path: string, first: Promise<ProofOfEnd>, again: () => Promise<ProofOfEnd>): void {
    const settle = async () => {
      const result = await first;
      return result.clean ? result : await again();
    };
    this.#left.set(path, settle);
    void first.then(({ clean }) => clean && this.#left.get(path) === settle && this.#left.delete(path));
  }

  /** Resolves when nothing is left at a path, or with the reason why that cannot be proven. */
  async cleared(path: string): Promise<ProofOfEnd> {
    const settle = this.#left.get(path);
    const result = await settle?.();
    // More may have been left there meanwhile.
    if (result?.clean && this.#left.get(path) === settle) this.#left.delete(path);
    return result ?? { clean: true, heldOpen: false };
  }
}
