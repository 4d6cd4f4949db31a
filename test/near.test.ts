import { expect, it } from 'vitest';
import { nearest } from '../src/near.js';

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

it.each([
  ['ab', ['/ac', '/abcdef', '/ab'], ['/ab', '/abcdef', '/ac']],
  ['a', ['/a4444', '/a333', '/a22', '/a'], ['/a', '/a22', '/a333']],
  ['controler', ['/x/controller', '/controller'], ['/controller', '/x/controller']],
  ['controler', ['/x/controller', '/controlers'], ['/controlers', '/x/controller']],
  ['abcd', ['/axyz', '/abxy', '/abcde'], ['/abcde', '/abxy']],
  ['ab', ['/b'], ['/b']],
  ['work', ['/network'], []],
  ['wroker', ['/some/path/worker'], []],
])('offers for %s, of %j, the nearest first: %j', (text, known, found) => {
  expect(nearest(text, known)).toEqual(found);
});
