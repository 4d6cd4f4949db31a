import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { surfaceOf } from './declarations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { exports }: { exports: object } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The declaration files that the package names for an entry, with the conditions under which each is taken. */
function* declarationFiles(entry: unknown, under: string): Generator<[name: string, file: string]> {
  if (typeof entry !== 'object' || entry === null) return;
  for (const [condition, value] of Object.entries(entry)) {
    if (condition === 'types' && typeof value === 'string') yield [under, join(root, value)];
    yield* declarationFiles(value, `${under} (${condition})`);
  }
}

const files = new Map(
  Object.entries(exports).flatMap(([name, entry]) => [...declarationFiles(entry, `espalier${name.slice(1)}`)]),
);
const main = surfaceOf(files.get('espalier') ?? '');

it('has the entries that it had', () => {
  expect([...files.keys()]).toEqual([
    'espalier',
    'espalier/worker',
    'espalier/client (browser)',
    'espalier/client (node)',
    'espalier/client',
    'espalier/testing',
  ]);
});

describe.each([...files])('%s', (name, file) => {
  const surface = name === 'espalier' ? main : surfaceOf(file, main.shown);
  // One file whatever the condition: who changes from Node to a browser changes no types.
  const place = `types/${name.replace(/ .*/, '').replace('/', '-')}`;

  it('exports what it did', async () => {
    await expect(surface.exported).toMatchFileSnapshot(`${place}.exported.txt`);
  });

  it('mentions in that what it did', async () => {
    await expect(surface.mentioned).toMatchFileSnapshot(`${place}.mentioned.txt`);
  });
});
