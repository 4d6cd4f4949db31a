/** Lets many wait for one moment, which may come again: `open` lets them through, `fail` turns them away for good. */
export class Readiness {
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #isOpen = false;
  #failure: { readonly error: unknown } | null = null;

  wait(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  open(): void {
    this.#isOpen = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Nothing opens it any more. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
