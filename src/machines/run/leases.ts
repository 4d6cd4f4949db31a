/** What becomes of a leased slot: being claimed, claimed and waiting for a place, at work, or being given back. */
export type LeaseStage = 'claiming' | 'ready' | 'started' | 'releasing';

/**
 * The leased slots of a run by stage: never more than its concurrency and claim-ahead. Every operation is O(1) per slot.
 */
export class Leases {
  readonly #stages = new Map<number, LeaseStage>();
  /** In the order in which they were granted. */
  readonly #ready = new Set<number>();
  #started = 0;

  get size(): number {
    return this.#stages.size;
  }

  get started(): number {
    return this.#started;
  }

  /** The slots' claims are on their way to the disk. */
  claim(indexes: readonly number[]): void {
    for (const index of indexes) this.#stages.set(index, 'claiming');
  }

  /** The slot was at work before this plan was made. */
  adopt(index: number): void {
    this.#stages.set(index, 'started');
    this.#started += 1;
  }

  /** Claims are on disk. Slots that are not being claimed are passed over. */
  grant(indexes: readonly number[]): void {
    for (const index of indexes) {
      if (this.#stages.get(index) !== 'claiming') continue;
      this.#stages.set(index, 'ready');
      this.#ready.add(index);
    }
  }

  /** Takes slots that are ready until so many are at work. */
  start(places: number): number[] {
    return this.#takeReady(places - this.#started, 'started');
  }

  /** Takes every slot that is ready, to be given back. */
  release(): number[] {
    return this.#takeReady(this.#ready.size, 'releasing');
  }

  /** The lease is over. False when there was none. */
  end(index: number): boolean {
    if (this.#stages.get(index) === 'started') this.#started -= 1;
    this.#ready.delete(index);
    return this.#stages.delete(index);
  }

  stage(index: number): LeaseStage | null {
    return this.#stages.get(index) ?? null;
  }

  /** An independent copy. */
  clone(): Leases {
    const copy = new Leases();
    for (const [index, stage] of this.#stages) copy.#stages.set(index, stage);
    for (const index of this.#ready) copy.#ready.add(index);
    copy.#started = this.#started;
    return copy;
  }

  #takeReady(most: number, stage: 'started' | 'releasing'): number[] {
    const taken: number[] = [];
    for (const index of this.#ready) {
      if (taken.length >= most) break;
      this.#ready.delete(index);
      this.#stages.set(index, stage);
      if (stage === 'started') this.#started += 1;
      taken.push(index);
    }
    return taken;
  }
}
