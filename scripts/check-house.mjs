// Rules of this house that the linter cannot express. Prints each breach with its place and exits 1 if there is one.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const breaches = [];

const sources = ['src', 'inspector'].flatMap(filesOf);

function filesOf(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }));
}

for (const { path, lines } of sources) {
  lines.forEach((line, index) => {
    const say = (what) => breaches.push(`${path}:${index + 1}: ${what}`);
    if (/\b_(parent|relay)\b|xstate\.error\.actor/.test(line) && path !== 'src/actors/xstate.ts') {
      say('XState internals belong to src/actors/xstate.ts alone');
    }
    if (/\bas (any|never)\b|@ts-(ignore|nocheck|expect-error)/.test(line))
      say('the type checker is not to be silenced');
  });
}

// A test that is left out says why through the one helper, which is a failure where everything is required.
for (const { path, lines } of filesOf('test')) {
  lines.forEach((line, index) => {
    const isSilent = /\bSKIPPED\b|ESPALIER_REQUIRE_ALL|\b(it|test|describe)\.(skip|todo)\(/.test(line);
    if (isSilent && path !== 'test/support/required.ts') {
      breaches.push(`${path}:${index + 1}: what a test needs is asked for with test/support/required.ts`);
    }
  });
}

// Blank lines and comments count: it is what somebody reads at once.
const MOST_LINES = 400;
for (const { path, lines } of sources) {
  const count = lines.length - 1;
  if (count > MOST_LINES) breaches.push(`${path}: has ${count} lines; the limit is ${MOST_LINES}: split it`);
}

const lengths = sources.map(({ lines }) => lines.length - 1).sort((a, b) => a - b);
const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
if (median >= 100) breaches.push(`the median file has ${median} lines; the limit is 100`);

const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
if (/"resolved": "https?:/.test(lock))
  breaches.push('package-lock.json: names a registry; npm pins by integrity alone');

for (const breach of breaches) console.error(breach);
console.log(
  `${sources.length} source files, median ${median} lines, longest ${lengths.at(-1) ?? 0}: ${breaches.length} breaches`,
);
process.exitCode = breaches.length === 0 ? 0 : 1;
