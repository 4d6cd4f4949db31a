// A host that holds some memory: `host.js MEGABYTES`. Measures one thing at a time, for some seconds:
// `idle` and `exec`: the delay of its loop; `spin`, `spinOne` (one exec at a time) and `spinExec`: the gaps of a loop that
// never sleeps; `bare`: child_process.spawn; `garbage`: what executions leave for slow collections.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { serve } from '../lib/contender.js';
import { startSystem } from '../lib/espalier.js';
import { inLanes, LANES } from '../lib/lanes.js';
import { median } from '../lib/stats.js';
import { probeDelay, probeGaps } from './probe.js';

/** Touched, or the kernel would not give it. */
const ballast = Array.from({ length: Number(process.argv[2]) }, () => Buffer.alloc(1 << 20, 1));
const { system, removeStore } = await startSystem({ command: ['/bin/true'], size: 4 });

serve(
  ({ kind, seconds }) => {
    switch (kind) {
      case 'idle':
        return probed(probeDelay, () => wait(seconds * 1000));
      case 'exec':
        return probed(probeDelay, () => execFor(seconds));
      case 'spin':
        return probed(probeGaps, () => wait(seconds * 1000));
      case 'spinOne':
        return probed(probeGaps, () => execFor(seconds, 1));
      case 'garbage':
        return garbageOf(400);
      case 'spinExec':
        return probed(probeGaps, () => execFor(seconds));
      default:
        return spawnFor(seconds);
    }
  },
  async () => {
    await system.stop();
    removeStore();
    // Until here it was held.
    ballast.length = 0;
  },
);

async function probed(probe, act) {
  const stop = probe();
  const rate = await act();
  return { rate, ...stop() };
}

async function execFor(seconds, lanes) {
  const pool = system.execPool('x');
  return ratePerSecond(seconds, () => pool.exec(null), lanes);
}

/**
 * Bytes for each execution that outlive quick collections. Wants `--expose-gc`, and an `--initial-heap-size` that lets no
 * slow one come in between.
 */
async function garbageOf(times) {
  const all = async (count) => {
    for (let begun = 0; begun < count; begun += LANES) {
      await Promise.all(Array.from({ length: LANES }, () => system.execPool('x').exec(null)));
    }
  };
  await all(times / 2);
  gc();
  const before = oldBytes();
  await all(times);
  return { bytes: (oldBytes() - before) / times };
}

function oldBytes() {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space').space_used_size;
}

async function spawnFor(seconds) {
  const calls = [];
  const rate = await ratePerSecond(seconds, async () => {
    const began = performance.now();
    const child = spawn('/bin/true', { stdio: ['ignore', 'pipe', 'pipe'] });
    calls.push(performance.now() - began);
    await once(child, 'close');
  });
  return { rate, median: median(calls), max: Math.max(...calls) };
}

async function ratePerSecond(seconds, one, lanes) {
  const began = performance.now();
  const done = await inLanes(() => performance.now() - began < seconds * 1000, one, lanes);
  return (done / (performance.now() - began)) * 1000;
}
