import { pool } from 'espalier';
import { program, shown } from './lib.js';

export const children = () => [pool({ id: 'model', command: program('crashes-soon.mjs'), size: 1 })];

export async function fault(system) {
  await shown(system, 'worker.crashed', 3);
  return '/model';
}
