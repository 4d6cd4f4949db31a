/**
 * What becomes of a leased slot: being claimed, claimed and waiting for a place, at work, its end being written, or being
 * given back.
 */
export type LeaseStage = 'claiming' | 'ready' | 'started' | 'recording' | 'releasing';

/**
 * The leased slots of a run by stage: never more than twice its concurrency and claim-ahead. Every operation is O(1) per
 * slot.
 */
export class Leases {
  readonly #stages = new Map<number, LeaseStage>();
  /** In the order in which they were granted. */
  readonly #ready = new Set<number>();
  #started = 0;
  #recording = 0;
  /** Slots that were started so far, and how many that were when each claim under way was asked for. */
  #begun = 0;
  readonly #asked = new Map<number, number>();
  #pace = 0;

  get size(): number {
    return this.#stages.size;
  }

  get started(): number {
    return this.#started;
  }

  /** Slots that hold no place any more and whose end is being written. */
  get recording(): number {
    return this.#recording;
  }

  /**
   * How many slots start while a claim is on its way to the disk. Falls by one a claim, so that one quick write does not
   * leave places empty at the next slow one.
   */
  get pace(): number {
    return this.#pace;
  }

  /** The slots' claims are on their way to the disk. */
  claim(indexes: readonly number[]): void {
    for (const index of indexes) {
      this.#stages.set(index, 'claiming');
      this.#asked.set(index, this.#begun);
    }
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
      this.#measure(index);
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

  /** A slot that is at work has ended: its place is free, its end is being written. */
  vacate(index: number): void {
    if (this.#stages.get(index) !== 'started') return;
    this.#stages.set(index, 'recording');
    this.#started -= 1;
    this.#recording += 1;
  }

  /** The lease is over. False when there was none. */
  end(index: number): boolean {
    const stage = this.#stages.get(index);
    if (stage === 'started') this.#started -= 1;
    if (stage === 'recording') this.#recording -= 1;
    this.#ready.delete(index);
    this.#asked.delete(index);
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
    for (const [index, begun] of this.#asked) copy.#asked.set(index, begun);
    copy.#started = this.#started;
    copy.#recording = this.#recording;
    copy.#begun = this.#begun;
    copy.#pace = this.#pace;
    return copy;
  }

  #takeReady(most: number, stage: 'started' | 'releasing'): number[] {
    const taken: number[] = [];
    for (const index of this.#ready) {
      if (taken.length >= most) break;
      this.#ready.delete(index);
      this.#stages.set(index, stage);
      taken.push(index);
    }
    if (stage === 'started') {
      this.#started += taken.length;
      this.#begun += taken.length;
    }
    return taken;
  }

  #measure(index: number): void {
    const begun = this.#begun - (this.#asked.get(index) ?? this.#begun);
    this.#asked.delete(index);
    this.#pace = Math.max(begun, this.#pace - 1);
  }
}
