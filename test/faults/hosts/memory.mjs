// The kernel ends the worker: it may have 100 MiB, and there is no more. Needs root and a memory cgroup.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pool } from 'espalier';
import { program, provoke, shown } from './lib.js';

const LIMIT = String(100 * 1024 * 1024);

/** A cgroup of its own with a limit, for cgroup version 2 or 1. */
export function limitedGroup(name) {
  const unified = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const group = join(unified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory', name);
  mkdirSync(group, { recursive: true });
  writeFileSync(join(group, unified ? 'memory.max' : 'memory.limit_in_bytes'), LIMIT);
  if (unified) writeFileSync(join(group, 'memory.swap.max'), '0');
  return group;
}

export function children(folder) {
  const group = limitedGroup(`espalier-${process.pid}`);
  writeFileSync(join(folder, 'cgroup'), group);
  const command = ['sh', '-c', `echo $$ > ${group}/cgroup.procs; exec ${program('hungry.mjs').join(' ')}`];
  return [pool({ id: 'model', command, size: 1 })];
}

export async function fault(system) {
  await system.pool('model').ready();
  provoke(system.pool('model').call('embed'));
  await shown(system, 'worker.crashed');
  return '/model/workers/1';
}
