// A host that holds some memory: `host.js MEGABYTES`. Measures one thing at a time, for some seconds:
// `idle` and `exec`: the delay of its loop; `spin`, `spinOne` (one exec at a time) and `spinExec`: the gaps of a loop that
// never sleeps; `bare`: child_process.spawn.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { serve } from '../lib/contender.js';
import { startSystem } from '../lib/espalier.js';
import { inLanes } from '../lib/lanes.js';
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
  const pool = system.pool('x');
  return ratePerSecond(seconds, () => pool.exec(null), lanes);
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
