import type { Faults } from '../fault.js';

/** What is kept, and how it reads. */
export const store: Faults = {
  'what is kept of an output begins within a character of four bytes': {
    file: 'src/machines/text-cut.ts',
    right: 'const MOST_CONTINUED = 3;',
    wrong: 'const MOST_CONTINUED = 2;',
    test: ['test/persistence/outputs.test.ts', 'wherever the limit cuts one'],
  },
  'what a program wrote last begins within a character': {
    file: 'src/transport/process/capture.ts',
    right: 'return this.#whole(Buffer.concat(this.#chunks), this.dropped);',
    wrong: 'return Buffer.concat(this.#chunks);',
    test: ['test/process/capture.test.ts', 'is whole characters'],
  },
};
