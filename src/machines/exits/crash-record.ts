import { asked, type ErrorRecord, isError, isEspalierError, toErrorRecord } from '../../errors.js';
import { endOf } from '../text/last-words.js';
import { firstOf } from '../text/text-cut.js';

/** Characters of stacks that are kept, and how many causes are followed. */
const KEPT_STACK = 8192;
const CAUSES = 5;
/** Characters of last words that are kept. */
const KEPT_WORDS = 2048;

/** Frames in which nobody looks for a mistake of their own. */
export const NOT_THEIRS = /\bnode:internal\b|\/node_modules\/(xstate|espalier)\//;

/** What is kept of why an actor crashed. */
export interface CrashRecord extends ErrorRecord {
  /** Where it was thrown, then where its causes were. */
  readonly stack?: string;
  /** What the process that it is about wrote last. */
  readonly stderr?: string;
}

/** What is kept of a thrown value, whatever it was, with where it came from. */
export function toCrashRecord(error: unknown): CrashRecord {
  const stack = stacksOf(error);
  const stderr = wordsOf(error);
  return {
    ...toErrorRecord(error),
    ...(stack === '' ? {} : { stack }),
    ...(stderr === '' ? {} : { stderr }),
  };
}

function stacksOf(error: unknown): string {
  const stacks: string[] = [];
  let cause = error;
  // An error may be its own cause, and need not have a stack.
  for (let looked = 0; looked <= CAUSES && isError(cause); looked += 1) {
    const at = cause;
    const stack: unknown = asked(() => at.stack);
    if (typeof stack === 'string' && stack !== '') stacks.push(stack);
    cause = asked(() => at.cause);
  }
  return firstOf(stacks.join('\ncaused by: '), KEPT_STACK);
}

function wordsOf(error: unknown): string {
  const words = wordsIn(error) ?? (isEspalierError(error) ? wordsIn(asked(() => error.cause)) : undefined);
  return typeof words === 'string' ? endOf(words, KEPT_WORDS) : '';
}

function wordsIn(error: unknown): unknown {
  return isEspalierError(error) ? asked(() => error.context.stderr) : undefined;
}
