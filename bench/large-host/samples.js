import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** How often a thread is looked at, per second. */
const FREQUENCY = 2000;
/** What one sample stands for, in milliseconds. */
const SAMPLE_MS = 1000 / FREQUENCY;
/** A function of V8 that collects garbage, or waits for the threads that help it. */
const COLLECTS = /v8::internal::(Heap|Scaveng|MarkCompact|Incremental|Minor|Sweep)/;

/**
 * Looks again and again whether a thread runs (Linux `perf`); null where that cannot be. A virtual machine's processor can
 * be taken away in the middle of a computation, and its kernel does not know: it counts that time as the thread's. Samples
 * fall only where the thread really ran.
 */
export async function sampleThread(thread) {
  const file = join(tmpdir(), `espalier-perf-${process.pid}-${thread}`);
  const options = ['-q', '-g', '-k', 'CLOCK_MONOTONIC', '-e', 'cpu-clock', '-F', String(FREQUENCY)];
  const recorder = spawn('perf', ['record', ...options, '-t', String(thread), '-o', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => recorder.once('error', resolve).once('exit', resolve));
  // It says nowhere that it has begun.
  await Promise.race([ended, wait(1500)]);
  if (recorder.exitCode !== null || recorder.pid === undefined) return null;
  return async () => {
    recorder.kill('SIGINT');
    await ended;
    const script = ['script', '-i', file, '-F', 'time,ip,sym', '--ns'];
    const { stdout } = spawnSync('perf', script, { encoding: 'utf8', maxBuffer: 1 << 30 });
    rmSync(file, { force: true });
    return stdout
      .split('\n\n')
      .map(sample)
      .filter(({ at }) => Number.isFinite(at));
  };
}

/** A sample as `perf script` prints it: its moment in seconds, then a line for each function on the stack. */
function sample(text) {
  return { at: Number.parseFloat(text) * 1000, collects: COLLECTS.test(text) };
}

/** How long it ran between two moments, and how much of that it collected garbage, in milliseconds. */
export function ran(samples, from, to) {
  const within = samples.filter(({ at }) => at >= from && at <= to);
  return { ms: within.length * SAMPLE_MS, collecting: within.filter(({ collects }) => collects).length * SAMPLE_MS };
}
