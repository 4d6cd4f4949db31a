import { maskKeys } from './keys.js';
import { MASK } from './mask.js';
import type { IsSecret } from './secrets.js';

export interface TextRules {
  readonly isSecret: IsSecret;
  /** All of them global. */
  readonly patterns: readonly RegExp[];
  readonly values: readonly string[];
}

/** A name, then `=` or `:`; the name may be quoted. */
const NAMING = /(["']?)([A-Za-z][\w.-]{0,63})\1\s{0,3}[=:]\s{0,3}/g;

/** What is named: up to its closing quote, or up to the next blank, comma or quote. */
const NAMED = /"(?:[^"\\]|\\.){0,10000}"?|'[^']{0,10000}'?|[^\s,;&"'}\])]{1,10000}/y;

/** `user:password@` in an address. */
const USER_INFO = /([a-z][\w+.-]{0,20}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,256}@/gi;

/** Text with its secrets masked. */
export function maskText(text: string, { isSecret, patterns, values }: TextRules): string {
  let masked = text;
  for (const value of values) if (masked.includes(value)) masked = masked.replaceAll(value, MASK);
  masked = maskKeys(masked);
  for (const pattern of patterns) masked = masked.replace(pattern, MASK);
  masked = masked.replace(USER_INFO, `$1${MASK}@`);
  return maskNamed(masked, isSecret);
}

/** What is not secret is looked into, not passed over: `said: "token=x"` names a token within what was said. */
function maskNamed(text: string, isSecret: IsSecret): string {
  const parts: string[] = [];
  let from = 0;
  NAMING.lastIndex = 0;
  for (let found = NAMING.exec(text); found !== null; found = NAMING.exec(text)) {
    const key = found[2] ?? '';
    if (!isSecret(key)) continue;
    NAMED.lastIndex = NAMING.lastIndex;
    const value = NAMED.exec(text)?.[0];
    if (value === undefined || value === MASK || !isSecret(key, value)) continue;
    parts.push(text.slice(from, NAMING.lastIndex), value.startsWith('"') ? `"${MASK}"` : MASK);
    from = NAMING.lastIndex + value.length;
    NAMING.lastIndex = from;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(from);
}

/** The words of a command line with their secrets masked. */
export function maskWords(words: readonly string[], rules: TextRules): string[] {
  let isNextSecret = false;
  return words.map((word) => {
    const isSecret = isNextSecret;
    isNextSecret = /^--?[A-Za-z][\w-]*$/.test(word) && rules.isSecret(word.replace(/^-+/, ''));
    return isSecret && !word.startsWith('-') ? MASK : maskText(word, rules);
  });
}
