// Rules of this house that the linter cannot express: `check-house.mjs [FOLDER]`. Prints each breach as
// `file:line: what; what to do`, and exits 1 if there is one. See CONTRIBUTING.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { circlesOfFiles, circlesOfFolders } from './house/circles.js';
import { entryStatements, upwardImports } from './house/layers.js';
import { forbiddenLines, otherListeners } from './house/lines.js';
import { lostPolicies } from './house/policies.js';
import { fullFolders, longFiles } from './house/rooms.js';
import { importsOf, readTree } from './house/tree.js';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const tree = readTree(root);
const imports = importsOf(tree);

const breaches = [
  ...circlesOfFiles(tree, imports),
  ...circlesOfFolders(tree, imports),
  ...upwardImports(tree, imports),
  ...entryStatements(tree),
  ...fullFolders(tree),
  ...longFiles(tree),
  ...forbiddenLines(tree),
  ...otherListeners(tree),
  ...lostPolicies(tree),
  ...namedRegistries(),
];

function namedRegistries() {
  const lines = readFileSync(join(root, 'package-lock.json'), 'utf8').split('\n');
  const line = lines.findIndex((text) => /"resolved": "https?:/.test(text)) + 1;
  const what = 'names a registry; npm pins by integrity alone: install with this folder’s .npmrc';
  return line === 0 ? [] : [{ path: 'package-lock.json', line, what }];
}

const said = breaches.map(({ path, line, what }) => `${path}${line === undefined ? '' : `:${line}`}: ${what}`);
for (const breach of said) console.error(breach);
console.log(`${tree.size} files, ${[...imports.values()].flat().length} imports: ${said.length} breaches`);
process.exitCode = said.length === 0 ? 0 : 1;
