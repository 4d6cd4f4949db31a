// What a look at all processes costs, by how many there are: the time of a sweep that finds nothing, which takes two passes.
//
//   npm run build && node bench/scan.mjs [--sizes 0,500,1000,2000] [--rounds 5]
//
// `first` looks at everything; `again` follows within a second and passes over what was seen to be older than what it is
// looking for. Held: how long the event loop was held up at most.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listPids, nowTicks } from '../dist/transport/process/proc/proc.js';
import { Sweeper } from '../dist/transport/process/sweep/sweeper.js';

const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '0,500,1000,2000' }, rounds: { type: 'string', default: '5' } },
});
const ROUNDS = Number(values.rounds);

console.log('processes    first  us/process    again  us/process    held');
for (const size of values.sizes.split(',').map(Number)) {
  const crowd = await gather(size);
  const [first, again, held] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const sweeper = new Sweeper({ isLivingGroup: () => false });
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    first.push(await sweep(sweeper));
    again.push(await sweep(sweeper));
    loop.disable();
    held.push(loop.max / 1e6);
    await wait(100);
  }
  const count = listPids().length;
  const cells = [first, again].map(median).map((ms) => [`${ms.toFixed(1)} ms`, ((ms * 1000) / count).toFixed(1)]);
  const [[ms, each], [msAgain, eachAgain]] = cells;
  const figures = [ms.padStart(9), each.padStart(12), msAgain.padStart(9), eachAgain.padStart(12)];
  console.log(String(count).padStart(9), ...figures, `${Math.max(...held).toFixed(1)} ms`.padStart(8));
  crowd.kill();
}

async function sweep(sweeper) {
  const began = performance.now();
  const { clean } = await sweeper.sweep({ cookies: ['bench-nobody.'], startTicks: nowTicks(), sessions: [] });
  if (!clean) throw new Error('something was found');
  return performance.now() - began;
}

/** So many processes that do nothing. */
async function gather(size) {
  if (size === 0) return { kill: () => undefined };
  const script = `i=0; while [ $i -lt ${size} ]; do sleep 1000 & i=$((i+1)); done; echo ready; wait`;
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  await once(shell.stdout, 'data');
  return { kill: () => process.kill(-shell.pid, 'SIGKILL') };
}

function median(list) {
  return list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
}
