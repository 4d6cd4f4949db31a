import type { PlantedError } from '../otp/errors.js';

/** An error to be planted in the wiring, and the test that must then fail. */
export interface Fault extends PlantedError {
  /** The file of the test, and what its title contains. */
  readonly test: readonly [file: string, title: string];
}

export type Faults = Readonly<Record<string, Fault>>;
