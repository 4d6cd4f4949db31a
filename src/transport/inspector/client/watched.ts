import type { Changing } from './api.js';

/** A value with those who watch it. */
export class Watched<T, C = void> implements Changing<T, C> {
  readonly #listeners = new Set<(value: T, change: C) => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T, change: C): void {
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value, change);
  }

  subscribe(listener: (value: T, change: C) => void): () => void {
    // Its own function, so that one listener can be added twice.
    const own = (value: T, change: C) => listener(value, change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
