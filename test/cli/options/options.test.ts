import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { goOnWith } from '../../../src/cli/options/options.js';

it.each([
  [resolve('.espalier/espalier.db'), 'espalier continue r1'],
  ['/data/x.db', 'espalier continue r1 --db /data/x.db'],
  ["/my data/it's.db", "espalier continue r1 --db '/my data/it'\\''s.db'"],
])('says how to go on with a run of %s so that a shell takes it', (db, command) => {
  expect(goOnWith('r1', db)).toBe(command);
});
