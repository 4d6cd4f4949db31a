import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONDITIONS } from '../../../inspector/src/model/condition.js';
import { formatRoute, HOME, linkTo, parseRoute, VIEWS } from '../../../inspector/src/state/route.js';

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const route = fc.record({
  view: fc.constantFrom(...VIEWS),
  at: fc.option(text.filter((at) => at !== '')),
  find: text,
  show: fc.uniqueArray(fc.constantFrom(...CONDITIONS)),
  types: fc.uniqueArray(word),
  path: text,
});

test('a link leads to the place that it was made from', () => {
  fc.assert(
    fc.property(route, (place) => {
      expect(parseRoute(formatRoute(place))).toEqual(place);
    }),
  );
});

test('a link to an actor reads like its path', () => {
  expect(linkTo({ at: '/embed/workers/3' })).toBe('#/tree?at=/embed/workers/3');
  expect(linkTo({ view: 'timeline', path: '/embed', types: ['process', 'actor'] })).toBe(
    '#/timeline?path=/embed&types=process,actor',
  );
});

test('a question mark, an ampersand and a number sign in a path stay in it', () => {
  expect(parseRoute(formatRoute({ ...HOME, at: '/a?b&c=d#e f%20' })).at).toBe('/a?b&c=d#e f%20');
});

test('what a link says that is not known is left out', () => {
  expect(parseRoute('#/nowhere?show=purple,failed&colour=red')).toEqual({ ...HOME, show: ['failed'] });
  expect(parseRoute('')).toEqual(HOME);
});
