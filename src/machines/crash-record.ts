import { type ErrorRecord, isEspalierError, toErrorRecord } from '../errors.js';

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
  for (let cause = error; cause instanceof Error && stacks.length <= CAUSES; cause = read(() => causeOf(cause))) {
    const at = cause;
    const stack = read(() => at.stack);
    if (typeof stack === 'string' && stack !== '') stacks.push(stack);
  }
  return stacks.join('\ncaused by: ').slice(0, KEPT_STACK);
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function wordsOf(error: unknown): string {
  const words = isEspalierError(error) ? (error.context.stderr ?? causeWords(error)) : '';
  return typeof words === 'string' ? words.slice(-KEPT_WORDS) : '';
}

function causeWords({ cause }: Error): unknown {
  return isEspalierError(cause) ? cause.context.stderr : '';
}

/** Anything can be thrown, also what throws when it is looked at. */
function read(look: () => unknown): unknown {
  try {
    return look();
  } catch {
    return undefined;
  }
}
