// The decisions that are judged with every commit by changing them (`.ci/run`): by name, for files move.
import { posix } from 'node:path';

const POLICIES = ['backoff', 'breaker', 'checkout', 'crash-kind', 'fleet', 'outcome', 'recycle', 'snapshot-label'];

const filesOf = (tree, name) =>
  [...tree.keys()].filter((path) => path.startsWith('src/machines/') && posix.basename(path) === `${name}.ts`);

/** Where they are. */
export function policies(tree) {
  return POLICIES.flatMap((name) => filesOf(tree, name));
}

/** Each that is not one file: nothing would judge it, and nobody notice. */
export function lostPolicies(tree) {
  return POLICIES.map((name) => [name, filesOf(tree, name)])
    .filter(([, files]) => files.length !== 1)
    .map(([name, { length }]) => ({
      path: 'scripts/house/policies.js',
      what: `${name}.ts is ${length} files of src/machines, not one: give the policy its new name here`,
    }));
}
