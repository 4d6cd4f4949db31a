import type { PlantedError } from '../otp/errors.js';

/** An error to be planted in the wiring, and the test that must then fail. */
export interface Fault extends PlantedError {
  /** The file of the test, and what its title contains. */
  readonly test: readonly [file: string, title: string];
  /** The promise that it breaks, by its number in docs/semantics.md. */
  readonly promise?: number;
}

export type Faults = Readonly<Record<string, Fault>>;
