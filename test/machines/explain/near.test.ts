import { expect, it } from 'vitest';
import { nearest } from '../../../src/machines/explain/near.js';

const names = ['/embed', '/embed/workers/3', '/shell', 'mf2x-0a1b'];

it.each([
  ['emebd', ['/embed']],
  ['workers/3', ['/embed/workers/3']],
  ['/shel', ['/shell']],
  ['mf2x-0a1c', ['mf2x-0a1b']],
  ['nothing-like-it', []],
])('offers for %s what it may have meant', (text, found) => {
  expect(nearest(text, names)).toEqual(found);
});
