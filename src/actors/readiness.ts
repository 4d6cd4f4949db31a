/** Lets many wait for one moment, which may come again: `open` lets them through, `fail` turns them away. */
export class Readiness {
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #isOpen = false;

  wait(): Promise<void> {
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

  fail(error: unknown): void {
    this.#isOpen = false;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
