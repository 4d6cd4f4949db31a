// The host is killed while it works: whoever started it asks the store that it left.
import { pool } from 'espalier';
import { shown } from './lib.js';

export const children = () => [pool({ id: 'shell', mode: 'exec', command: ['sleep', '{}'], size: 1 })];

export async function fault(system) {
  const run = await system.runs.start({ slots: ['60'], pool: 'shell' });
  await shown(system, 'attempt.started');
  return `${run.id}:0`;
}

export const end = () => process.kill(process.pid, 'SIGKILL');
