import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errors } from './errors.js';

// The comparison with Erlang that shows that they are found is slow; that they can be planted at all is seen here.
it.each(Object.entries(errors))('there is a place for the error: %s', (_, { file, right, wrong }) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(source.split(right)).toHaveLength(2);
  expect(wrong).not.toBe(right);
});
