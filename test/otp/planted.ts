import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Plugin, runnerImport } from 'vite';
import type { Player } from './compare.js';
import type { PlantedError } from './errors.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cells = fileURLToPath(new URL('cells.ts', import.meta.url));

/** Our supervisors with one error in them: the sources are changed while they are loaded, the files stay as they are. */
export async function withError({ file, right, wrong }: PlantedError): Promise<Player> {
  const source = readFileSync(`${root}${file}`, 'utf8');
  if (source.split(right).length !== 2) throw new Error(`${file} must have ${JSON.stringify(right)} once`);
  const plant: Plugin = {
    name: 'plant-error',
    enforce: 'pre',
    transform: (code, id) => (id === `${root}${file}` ? code.replace(right, () => wrong) : undefined),
  };
  const loaded = await runnerImport<{ Cells: Player }>(cells, {
    configFile: false,
    logLevel: 'error',
    plugins: [plant],
  });
  return loaded.module.Cells;
}
