import { expect, it } from 'vitest';
import { errorText } from '../../../../src/machines/explain/findings/words.js';
import { oneLine } from '../../../../src/one-line.js';

it('an error is told on one line, in time in proportion to it, however many blanks it has', () => {
  expect(oneLine('a\n  b \n\n c  d')).toBe('a b c  d');
  expect(errorText({ code: 'E', message: 'first\nsecond' })).toBe('first second (E)');
  const startedAt = performance.now();
  for (const blank of [' ', '\t', '\n', ' \n']) errorText({ code: 'E', message: `a${blank.repeat(300_000)}b` });
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
