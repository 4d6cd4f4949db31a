// A program that becomes another user's (argument: where it is): its host may neither read nor kill it. Not for root.
import { join } from 'node:path';
import { pool } from 'espalier';
import { provoke, shown } from './lib.js';

export const children = (folder) => [
  pool({ id: 'shell', mode: 'exec', command: [join(folder, 'changes-user')], size: 1, graceMs: 100 }),
];

export async function fault(system) {
  const given = new AbortController();
  provoke(system.pool('shell').exec({}, { signal: given.signal }));
  await shown(system, 'process.spawned');
  // Nothing tells when it has become another user's: it may be given up no sooner, and later does no harm.
  setTimeout(() => given.abort(), 300);
  await shown(system, 'slot.quarantined');
  return '/shell';
}
