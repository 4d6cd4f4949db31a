// Which files of the package one slot, one call and one exit go through: node scripts/ways.mjs [--dist FOLDER] [--json]
// docs/architecture.md leads along these ways.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countWays } from './ways/count.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const { values } = parseArgs({
  options: { dist: { type: 'string', default: dist }, json: { type: 'boolean', default: false } },
});
const ways = await countWays(values.dist);
if (values.json) console.log(JSON.stringify(ways));
else for (const [name, way] of Object.entries(ways)) print(name, way);

function print(name, way) {
  const files = way.filter(({ by }) => !by.every((isolate) => isolate === 'worker'));
  console.log(`${name}: ${files.length} files, and ${way.length - files.length} in its worker`);
  for (const { file, by, names } of way) {
    console.log(`  ${by.join(', ').padEnd(14)} ${`src/${file}`.padEnd(52)} ${names.filter(Boolean).join(' ')}`);
  }
}
