import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { titlesOf } from './titles.js';

// What `suite.md` and `hazards.md` say is covered is covered by tests of that name.

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const file = (name: string) => new URL(`../${name}`, import.meta.url);

/** The rows of a table, without its head. */
function rows(table: string): string[] {
  const lines = read(table).split('\n');
  return lines.filter((line) => line.startsWith('| ')).slice(1);
}

const named = rows('otp/suite.md').flatMap((row) =>
  [...row.matchAll(/`([a-z/-]+)`(?: \(([^)]*)\))?/g)].map(([, path = '', title]) => ({ row, path, title })),
);

it.each(named.filter(({ path }) => /^(actors|machines)\//.test(path)))(
  'the suite: there is $path ($title)',
  ({ path, title }) => {
    expect(existsSync(file(`${path}.test.ts`))).toBe(true);
    const titles = titlesOf(file(`${path}.test.ts`)).map((one) => one.title);
    expect(titles.length).toBeGreaterThan(0);
    if (title !== undefined) expect(titles).toContainEqual(expect.stringContaining(title));
  },
);

const hazards = rows('actors/cell/hazards.md').map((row) => {
  const [, hazard = '', tests = ''] = row.split('|');
  return { hazard: hazard.trim(), pairs: [...tests.matchAll(/`([a-z/-]+)`(?:: ([^;|`]+))?/g)] };
});

it.each(hazards)('the hazard "$hazard" has its pair of tests', ({ pairs }) => {
  expect(pairs.length).toBeGreaterThan(0);
  for (const [, name = '', title] of pairs) {
    const tests = titlesOf(file(`${name}.test.ts`));
    expect(tests.length).toBeGreaterThan(0);
    if (title === undefined) continue;
    const pair = tests.filter(({ within }) => within.some((group) => group.startsWith(title.trim())));
    for (const side of [/^alone: /, /^(in a cell|in cells|in our tree|under a supervisor): /]) {
      expect(pair).toContainEqual(expect.objectContaining({ kind: 'it', title: expect.stringMatching(side) }));
    }
  }
});

it('each row of the hazards is a row of its own', () => {
  expect(hazards.length).toBeGreaterThan(20);
  expect(new Set(hazards.map(({ hazard }) => hazard)).size).toBe(hazards.length);
});
