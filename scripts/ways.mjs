// Which files one slot, one call and one exit go through: `node scripts/ways.mjs [--dist FOLDER]`; a thousand lines for three
// sentences of docs/architecture.md, which test/docs holds to it.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countWays } from './ways/count.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const { values } = parseArgs({ options: { dist: { type: 'string', default: dist } } });
for (const [name, way] of Object.entries(await countWays(values.dist))) print(name, way);

function print(name, way) {
  const files = way.filter(({ by }) => !by.every((isolate) => isolate === 'worker'));
  console.log(`${name}: ${files.length} files, and ${way.length - files.length} in its worker`);
  for (const { file, by, names } of way) {
    console.log(`  ${by.join(', ').padEnd(14)} ${`src/${file}`.padEnd(52)} ${names.filter(Boolean).join(' ')}`);
  }
}
