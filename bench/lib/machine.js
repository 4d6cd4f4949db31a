import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** The machine and the Node version, on one line. */
export function describeMachine() {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return `${availableParallelism()} cores (${model}), ${memory}, Linux ${release()} ${arch()}, Node ${process.version}`;
}

/** Processes that ran or wanted to, on average over the last minute. */
export const load = () => loadavg()[0];

/** How many cores are busy, whoever uses them, over that many milliseconds. */
export async function busyCores(milliseconds) {
  const before = cpuTicks();
  await wait(milliseconds);
  const after = cpuTicks();
  return ((after.busy - before.busy) / (after.total - before.total)) * cpus().length;
}

function cpuTicks() {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
  const fields = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const total = fields.reduce((sum, ticks) => sum + ticks, 0);
  // The fourth and fifth are idle and waiting for the disk.
  return { total, busy: total - fields[3] - fields[4] };
}

/** The commit that is measured, marked when the sources differ from it. */
export function describeCommit() {
  const git = (...args) => spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout?.trim() ?? '';
  const commit = git('rev-parse', '--short', 'HEAD') || 'no commit';
  return git('status', '--porcelain', '--', '../../src') === '' ? commit : `${commit} with changes`;
}
