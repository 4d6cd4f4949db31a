import { pool } from 'espalier';
import { shown } from './lib.js';

export const children = () => [
  pool({ id: 'model', command: ['sh', '-c', 'echo loading >&3; exec sleep 60'], size: 1, restart: 'temporary' }),
];

export async function fault(system) {
  await shown(system, 'worker.crashed');
  return '/model';
}
