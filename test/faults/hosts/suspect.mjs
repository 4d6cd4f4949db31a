// A program that becomes another user's (argument: where it is): its host may neither read nor kill it. Not for root.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pool } from 'espalier';
import { provoke, shown } from './lib.js';

export const children = (folder) => [
  pool({ id: 'shell', mode: 'exec', command: [join(folder, 'changes-user')], size: 1, graceMs: 100 }),
];

export async function fault(system) {
  const given = new AbortController();
  provoke(system.execPool('shell').exec({}, { signal: given.signal }));
  const { data } = await shown(system, 'process.spawned');
  while (userOf(data.pid) === process.getuid()) await wait(10);
  given.abort();
  await shown(system, 'seat.quarantined');
  return '/shell';
}

/** The real user of a process: by him, not by the one as which it acts, it is decided who may signal it. */
function userOf(pid) {
  return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]);
}
