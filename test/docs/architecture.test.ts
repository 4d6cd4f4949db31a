import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { page, root } from './project.js';

it('every file and folder of the sources that the page of the architecture names is there', () => {
  const named = [...page('docs/architecture.md').matchAll(/`((?:src|sdk|scripts|inspector)\b[\w./-]*)/g)].map(
    ([, path = '']) => path,
  );
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
