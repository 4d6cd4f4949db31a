import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('names only files and scripts that are there', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');
  const paths = [...text.matchAll(/`((?:src|test|scripts|inspector|docs)\/[\w./-]+)`|\]\(([\w./-]+)\)/g)].map(
    ([, quoted, linked]) => quoted ?? linked ?? '',
  );
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);

  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const called = [...text.matchAll(/`npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
  expect(called.filter((name) => !(name in scripts))).toEqual([]);
});
