// How much stands in one place: a file, and a folder.
import { posix } from 'node:path';

const MOST_FILES = 15;
const MOST_LINES = 400;
const MOST_LINES_OF_MEDIAN = 100;

/** Folders of `src` that hold more files than others may, each with its reason. */
const LARGER = new Map([
  ['src', { most: 20, why: 'the ground and the entries of the package, each a module of its own' }],
  ['src/cli/commands', { most: 20, why: 'one file for each command' }],
]);

/** Each folder of `src` that holds more files than a reader takes in at once. Folders in it do not count: they are rooms. */
export function fullFolders(tree) {
  const held = new Map();
  for (const path of tree.keys()) {
    if (!path.startsWith('src/')) continue;
    const folder = posix.dirname(path);
    held.set(folder, (held.get(folder) ?? 0) + 1);
  }
  return [...held]
    .map(([path, count]) => ({ path, count, most: LARGER.get(path)?.most ?? MOST_FILES }))
    .filter(({ count, most }) => count > most)
    .map(({ path, count, most }) => ({
      path,
      what: `holds ${count} files; the limit is ${most}: give what belongs together a folder of its own`,
    }));
}

/** Each file that is too long, blank lines and comments counted, for it is what somebody reads at once; and the median. */
export function longFiles(tree) {
  const sources = [...tree.values()].filter(({ path }) => path.startsWith('src/') || path.startsWith('inspector/'));
  const breaches = sources
    .filter(({ lines }) => lines.length - 1 > MOST_LINES)
    .map(({ path, lines }) => ({ path, what: `has ${lines.length - 1} lines; the limit is ${MOST_LINES}: split it` }));
  const lengths = sources.map(({ lines }) => lines.length - 1).sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  if (median >= MOST_LINES_OF_MEDIAN) {
    const what = `the median file has ${median} lines; the limit is ${MOST_LINES_OF_MEDIAN}: split the long ones`;
    breaches.push({ path: 'src', what });
  }
  return breaches;
}
