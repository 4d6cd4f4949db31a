import { maskForms } from './forms.js';
import { MASK } from './mask.js';
import { maskNamed } from './named.js';
import { maskKeys } from './private-keys.js';
import type { IsSecret } from './secret-names.js';
import { maskValues } from './values.js';

export interface TextRules {
  readonly isSecret: IsSecret;
  /** Those of the user, all of them global. */
  readonly patterns: readonly RegExp[];
  /** In all their written forms, the longest first. */
  readonly values: readonly string[];
}

/** Text with its secrets masked. */
export function maskText(text: string, { isSecret, patterns, values }: TextRules): string {
  let masked = maskForms(maskKeys(maskValues(text, values)));
  for (const pattern of patterns) masked = masked.replace(pattern, MASK);
  return maskNamed(masked, isSecret);
}

/** The words of a command line with their secrets masked: an option's value may be the next word. */
export function maskWords(words: readonly string[], rules: TextRules): string[] {
  return words.map((word, at) => maskWord(word, words[at - 1], rules));
}

/** One word after another. */
export function maskWord(word: string, before: string | undefined, rules: TextRules): string {
  const option = /^--?([A-Za-z][\w-]{0,100})$/.exec(before ?? '')?.[1];
  if (option === undefined || word.startsWith('-')) return maskText(word, rules);
  if (rules.isSecret(option) && !/^no-|-(?:stdin|file|prompt)$/i.test(option)) return MASK;
  if (option !== 'u' && option !== 'user' && option !== 'proxy-user') return maskText(word, rules);
  return maskText(word.replace(/^(?!\d+:\d+$)([^:/]+:).+$/, `$1${MASK}`), rules);
}
