/** How far a method has come. */
export interface ProgressTold {
  readonly done: number;
  /** Null when nobody knows. */
  readonly total: number | null;
  readonly note: string | null;
}

/** Tells how far a call has come: one telling is on its way at a time, and of what comes meanwhile the last one is next. */
export class Progress {
  #next: ProgressTold | null = null;
  #isTelling = false;

  /** @param failed hears why a telling was not kept: nobody waits for it */
  constructor(
    readonly send: (told: ProgressTold) => Promise<unknown>,
    readonly failed: (error: unknown) => void,
  ) {}

  tell(told: ProgressTold): void {
    this.#next = told;
    if (!this.#isTelling) void this.#tellAll();
  }

  /** The call ends: what is next goes now. */
  flush(): void {
    const told = this.#take();
    if (told !== null) this.send(told).catch(this.failed);
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    try {
      for (let told = this.#take(); told !== null; told = this.#take()) await this.send(told);
    } catch (error) {
      this.failed(error);
    } finally {
      this.#isTelling = false;
    }
  }

  #take(): ProgressTold | null {
    const told = this.#next;
    this.#next = null;
    return told;
  }
}
