/**
 * What becomes of a leased slot: being claimed, claimed and waiting for a place, at work, its end being written, or being
 * given back.
 */
export type LeaseStage = 'claiming' | 'ready' | 'started' | 'recording' | 'releasing';

interface Lease {
  readonly stage: LeaseStage;
  /** How many slots had been started so far when it came to this stage. */
  readonly begun: number;
}

/**
 * The leased slots of a run by stage: never more than twice its concurrency and claim-ahead. Every operation is O(1) per
 * slot.
 */
export class Leases {
  readonly #leases = new Map<number, Lease>();
  /** In the order in which they were granted. */
  readonly #ready = new Set<number>();
  #started = 0;
  #recording = 0;
  /** Slots that were started so far. */
  #begun = 0;
  #pace = 0;

  get size(): number {
    return this.#leases.size;
  }

  /** Granted, and not yet started. */
  get ready(): number {
    return this.#ready.size;
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
    for (const index of indexes) this.#move(index, 'claiming');
  }

  /** The slot was at work before this plan was made. */
  adopt(index: number): void {
    this.#move(index, 'started');
    this.#started += 1;
  }

  /** Claims are on disk. Slots that are not being claimed are passed over. */
  grant(indexes: readonly number[]): void {
    for (const index of indexes) {
      const lease = this.#leases.get(index);
      if (lease?.stage !== 'claiming') continue;
      this.#move(index, 'ready');
      this.#ready.add(index);
      this.#pace = Math.max(this.#begun - lease.begun, this.#pace - 1);
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
    if (this.stage(index) !== 'started') return;
    this.#move(index, 'recording');
    this.#started -= 1;
    this.#recording += 1;
  }

  /** The lease is over. False when there was none. */
  end(index: number): boolean {
    const stage = this.stage(index);
    if (stage === 'started') this.#started -= 1;
    if (stage === 'recording') this.#recording -= 1;
    this.#ready.delete(index);
    return this.#leases.delete(index);
  }

  stage(index: number): LeaseStage | null {
    return this.#leases.get(index)?.stage ?? null;
  }

  /** An independent copy. */
  clone(): Leases {
    const copy = new Leases();
    for (const [index, lease] of this.#leases) copy.#leases.set(index, lease);
    for (const index of this.#ready) copy.#ready.add(index);
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
      this.#move(index, stage);
      taken.push(index);
    }
    if (stage === 'started') {
      this.#started += taken.length;
      this.#begun += taken.length;
    }
    return taken;
  }

  #move(index: number, stage: LeaseStage): void {
    this.#leases.set(index, { stage, begun: this.#begun });
  }
}
