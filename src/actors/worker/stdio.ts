import { kind } from '../../options.js';

/** Which stream of which process a line comes from. */
export interface LineSource {
  /** Of the worker's seat, or the service: `/embed/workers/1`, `/redis`. */
  readonly path: string;
  readonly incarnation: number;
  readonly stream: 'stdout' | 'stderr';
}

/** Hears of each line, without its line break. What it throws, or rejects with, is a warning. */
export type LineListener = (line: string, source: LineSource) => unknown;

/**
 * What becomes of what a worker or service prints, standard output and standard error alike.
 *
 * - `inherit` (default): to the host's standard error, with its path in front of each line
 * - a function: called with each line
 * - `log`: nothing of it is shown
 * - `ignore`: as `log`, and nothing is kept either
 *
 * Unless it is ignored, the last 64 KiB of each stream are kept in the store: `espalier logs PATH`.
 */
export type Stdio = 'inherit' | 'log' | 'ignore' | LineListener;

const WORDS = ['inherit', 'log', 'ignore'];

export const stdioRule = kind(
  `a function, or one of ${WORDS.join(', ')}`,
  (value) => typeof value === 'function' || WORDS.some((word) => word === value),
);
