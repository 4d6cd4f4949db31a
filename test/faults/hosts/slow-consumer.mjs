import { pool } from 'espalier';
import { provoke, shown } from './lib.js';

export const children = () => [
  pool({ id: 'shell', mode: 'exec', command: ['sleep', '{}'], size: 1, maxQueue: 2, overflow: 'reject' }),
];

export async function fault(system) {
  await system.execPool('shell').ready();
  for (let i = 0; i < 10; i += 1) provoke(system.execPool('shell').exec('60'));
  await shown(system, 'queue.overflowed');
  return '/shell';
}
