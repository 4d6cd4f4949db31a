/** Something that is made for the first who need it and let go by the last. */
export class Shared<T> {
  readonly #make: () => T;
  readonly #release: (value: T) => void;
  #value: T | null = null;
  #users = 0;

  constructor(make: () => T, release: (value: T) => void) {
    this.#make = make;
    this.#release = release;
  }

  /** Null while nobody needs it. */
  get value(): T | null {
    return this.#value;
  }

  /** The answered function says, once, that it is not needed any more. */
  use(): () => void {
    this.#value ??= this.#make();
    this.#users += 1;
    let isUsed = true;
    return () => {
      if (!isUsed) return;
      isUsed = false;
      this.#users -= 1;
      const value = this.#value;
      if (this.#users > 0 || value === null) return;
      this.#value = null;
      this.#release(value);
    };
  }
}
