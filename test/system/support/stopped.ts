import { readdirSync, readFileSync } from 'node:fs';
import { lockHolder } from '../../../src/persistence/file/lock-holder.js';
import { until } from '../../transport/process/support.js';

/** Stops a process, but not inside a commit to its store: there it would hold up everybody else, and that is another test. */
export async function stopOutsideCommit(pid: number, store: string): Promise<void> {
  for (;;) {
    process.kill(pid, 'SIGSTOP');
    await until('each of its threads has stopped', () => hasStopped(pid));
    if (lockHolder(store) !== pid) return;
    process.kill(pid, 'SIGCONT');
  }
}

function hasStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) => /^State:\s+T/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8')));
}
