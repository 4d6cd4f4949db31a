import { expect, it } from 'vitest';
import { oneLine, told } from '../../../../src/machines/explain/findings/words.js';

it('an error is told on one line, in time in proportion to it, however many blanks it has', () => {
  expect(oneLine('a\n  b \n\n c  d')).toBe('a b c  d');
  expect(told({ code: 'E', message: 'first\nsecond' })).toBe('first second (E)');
  const startedAt = performance.now();
  for (const blank of [' ', '\t', '\n', ' \n']) told({ code: 'E', message: `a${blank.repeat(300_000)}b` });
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
