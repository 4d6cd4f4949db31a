// Somebody, or something, kills a worker with SIGKILL.
import { pool } from 'espalier';
import { program, shown } from './lib.js';

export const children = () => [pool({ id: 'model', command: program('idle.mjs'), size: 1 })];

export async function fault(system) {
  const { data } = await shown(system, 'worker.ready');
  process.kill(data.pid, 'SIGKILL');
  await shown(system, 'worker.crashed');
  return '/model/workers/1';
}
