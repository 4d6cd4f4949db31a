import { pool } from 'espalier';
import { program, provoke, shown } from './lib.js';

export const children = () => [
  pool({ id: 'model', command: program('hangs.mjs'), size: 1, heartbeatMs: 300, silenceMs: 1500 }),
];

export async function fault(system) {
  await system.pool('model').ready();
  provoke(system.pool('model').call('embed'));
  await shown(system, 'worker.crashed');
  return '/model/workers/1';
}
