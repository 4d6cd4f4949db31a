/** What stands in the place of a secret. */
export const MASK = '‹redacted›';

export interface TextRules {
  isSecretKey(key: string): boolean;
  /** All of them global. */
  readonly patterns: readonly RegExp[];
  readonly values: readonly string[];
}

/** A name, then `=` or `:`, then a value up to the next blank, comma or quote; names and values may be quoted. */
const ASSIGNMENT =
  /(["']?)([A-Za-z][\w.-]{0,63})\1(\s{0,3}[=:]\s{0,3})("(?:[^"\\]|\\.){0,10000}"?|'[^']{0,10000}'?|[^\s,;&"'}\])]{1,10000})/g;

/** `user:password@` in an address. */
const USER_INFO = /([a-z][\w+.-]{0,20}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,256}@/gi;

/** Text with its secrets masked. */
export function maskText(text: string, { isSecretKey, patterns, values }: TextRules): string {
  let masked = text;
  for (const value of values) if (masked.includes(value)) masked = masked.replaceAll(value, MASK);
  for (const pattern of patterns) masked = masked.replace(pattern, MASK);
  masked = masked.replace(USER_INFO, `$1${MASK}@`);
  return masked.replace(ASSIGNMENT, (whole: string, quote: string, name: string, between: string, value: string) => {
    if (!isSecretKey(name) || value === MASK) return whole;
    return `${quote}${name}${quote}${between}${value.startsWith('"') ? `"${MASK}"` : MASK}`;
  });
}

/** The words of a command line with their secrets masked. */
export function maskWords(words: readonly string[], rules: TextRules): string[] {
  let isNextSecret = false;
  return words.map((word) => {
    const isSecret = isNextSecret;
    isNextSecret = /^--?[A-Za-z][\w-]*$/.test(word) && rules.isSecretKey(word.replace(/^-+/, ''));
    return isSecret && !word.startsWith('-') ? MASK : maskText(word, rules);
  });
}
