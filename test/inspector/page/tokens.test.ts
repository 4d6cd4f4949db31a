import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONDITIONS } from '../../../inspector/src/model/condition.js';

const css = readFileSync(new URL('../../../inspector/src/styles/tokens.css', import.meta.url), 'utf8');
const TEXTS = ['ink', 'ink-2', 'ink-3', 'accent', ...CONDITIONS];
const GROUNDS = ['paper', 'surface', 'raised', 'hover', 'accent-wash'];

describe.each(['light', 'dark'])('in the %s scheme', (scheme) => {
  const colours = coloursOf(scheme);

  test('every text can be read on every ground', () => {
    const pairs = TEXTS.flatMap((text) => GROUNDS.map((ground) => ({ text, ground })));
    const faint = pairs.filter(({ text, ground }) => contrast(colour(text), colour(ground)) < 4.5);
    expect(faint).toEqual([]);
  });

  test('what stands on the accent, and on danger, can be read', () => {
    expect(contrast(colour('accent-ink'), colour('accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('surface'), colour('failed'))).toBeGreaterThanOrEqual(4.5);
  });

  function colour(name: string): string {
    const found = colours.get(name);
    if (found === undefined) throw new Error(`${scheme} has no ${name}`);
    return found;
  }
});

function coloursOf(scheme: string): ReadonlyMap<string, string> {
  const block = new RegExp(`data-scheme="${scheme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+): (#\w{6});/g)].map(([, name = '', value = '']) => [name, value]));
}

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [bright = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
