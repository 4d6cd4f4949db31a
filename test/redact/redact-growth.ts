import fc from 'fast-check';
import { FORMS } from '../../src/redact/forms.js';
import { PATTERNS as NAME_PATTERNS } from '../../src/redact/named.js';
import { PATTERNS as KEY_PATTERNS } from '../../src/redact/private-keys.js';
import { DEFAULT_KEYS } from '../../src/redact/secret-names.js';

/** Every pattern that a text meets. */
const PATTERNS: readonly RegExp[] = [
  ...FORMS.map(({ pattern }) => pattern),
  ...DEFAULT_KEYS,
  ...KEY_PATTERNS,
  ...NAME_PATTERNS,
];

/** A pattern without what it only looks at, which no text can be made from. */
function consuming({ source }: RegExp): RegExp {
  let kept = source.replaceAll('\\b', '');
  for (let at = kept.search(/\(\?<?[=!]/); at !== -1; at = kept.search(/\(\?<?[=!]/)) {
    let [end, depth, isClass] = [at, 0, false];
    do {
      if (kept[end] === '\\') end += 1;
      else if (kept[end] === '[') isClass = true;
      else if (kept[end] === ']') isClass = false;
      else if (kept[end] === '(' && !isClass) depth += 1;
      else if (kept[end] === ')' && !isClass) depth -= 1;
      end += 1;
    } while (depth > 0);
    kept = `${kept.slice(0, at)}${kept.slice(end).replace(/^[+*?]|^\{\d+,?\d*\}\??/, '')}`;
  }
  return new RegExp(kept);
}

/** What may follow an almost found secret, over and over. */
const FILLERS = ['', ' ', '\n', 'a', 'A', '0', '-', '.', '"', "\\'", '\\\\"', '=', ':', '[', '{'];

/** Texts that fit a pattern, each of them also as far as it has come, so that whoever looks must look on. */
export function adversaries(): string[] {
  const found = PATTERNS.flatMap((pattern) => {
    const texts = fc.sample(fc.stringMatching(consuming(pattern), { maxLength: 200 }), { numRuns: 3, seed: 11 });
    return texts.flatMap((text) => {
      const fits = text.slice(0, 100);
      const parts = [0.25, 0.5, 0.75].map((part) => fits.slice(0, Math.ceil(fits.length * part)));
      return [fits, fits.slice(0, -1), ...parts, ...FILLERS.map((filler) => `${parts[1]}${filler}`)];
    });
  });
  const written = [
    'eyJ-',
    'eyJ',
    'sk-',
    'password="',
    "password='",
    'password={',
    'password=[',
    'password=\\"',
    'PWD=/',
    'x://',
    'a=',
    '"a":"',
  ];
  const more = [
    'authorization: ',
    '"cookie=',
    "\\'cookie=",
    'Bearer ',
    '--token ',
    'token:\n ',
    'token: |\n',
    '-u=',
    '-u a',
    '://a:',
    '<token>',
  ];
  return [...new Set([...found, ...written, ...more])].filter((text) => text !== '');
}
