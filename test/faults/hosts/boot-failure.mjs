import { pool } from 'espalier';
import { shown } from './lib.js';

const script = 'echo "no such model: tiny" >&2; exit 3';
export const children = () => [pool({ id: 'model', command: ['sh', '-c', script], size: 1, restart: 'temporary' })];

export async function fault(system) {
  await shown(system, 'worker.failed');
  return '/model';
}
