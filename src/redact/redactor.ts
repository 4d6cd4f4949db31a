import { Capped } from './capped.js';
import { CAPS, UNCAPPED } from './caps.js';
import { MASK } from './mask.js';
import { keyMatcher, secretValues } from './secret-names.js';
import { maskText, maskWord, maskWords } from './text.js';
import { writtenForms } from './values.js';

export interface RedactOptions {
  /** Names whose values are secret, beside the usual ones (`password`, `token`, `apiKey`, …): exact words or patterns. */
  readonly keys?: readonly (string | RegExp)[];
  /** Text that is secret wherever it stands, beside the usual forms (bearer tokens, private keys, …). */
  readonly patterns?: readonly RegExp[];
  /** Values that are secret wherever they stand; those of secret names in the environment are among them. */
  readonly values?: readonly string[];
}

/** The one way out of values that are not ours: every door of the inspector lets them through this alone. */
export interface Redactor {
  /** A copy as JSON has it: secrets masked, large values cut, no code of the value's own called. */
  value(value: unknown): unknown;
  /** The same, without a limit to its size: for those who print what they have read. */
  whole(value: unknown): unknown;
  text(text: string): string;
  /** A command line: an option's value may be the next word. */
  words(words: readonly string[]): string[];
}

/**
 * Makes a redactor. Masked is the value of a name that tells of a secret, text of a form that secrets have, and every
 * occurrence of a secret value of the environment.
 *
 * @example
 * createRedactor({ keys: ['pin'] }).value({ user: 'ada', pin: 1234 }); // { user: 'ada', pin: '‹redacted›' }
 */
export function createRedactor(options: RedactOptions = {}, environment: NodeJS.ProcessEnv = {}): Redactor {
  const isSecret = keyMatcher(options.keys ?? []);
  const rules = {
    isSecret,
    patterns: (options.patterns ?? []).map(global),
    values: writtenForms([...secretValues(environment, isSecret), ...(options.values ?? [])]),
  };
  const text = (plain: string, before?: string) => maskWord(plain, before, rules);
  return {
    value: (value) => new Capped(CAPS, text, isSecret).copy(value),
    whole: (value) => new Capped(UNCAPPED, text, isSecret).copy(value),
    text: (plain) => maskText(plain, rules),
    words: (words) => maskWords(words, rules),
  };
}

/** A sticky one would find a secret at the beginning of a text alone. */
function global({ source, flags }: RegExp): RegExp {
  return new RegExp(source, `${flags.replace(/[gy]/g, '')}g`);
}

export { MASK };
