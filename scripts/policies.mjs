// Prints the files of the policies, as `stryker run --mutate` takes them.
import { fileURLToPath } from 'node:url';
import { policies } from './house/policies.js';
import { readTree } from './house/tree.js';

console.log(policies(readTree(fileURLToPath(new URL('..', import.meta.url)))).join(','));
