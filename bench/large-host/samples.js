import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** How often a thread is looked at, per second. */
const FREQUENCY = 2000;
/** What one sample stands for, in milliseconds. */
export const SAMPLE_MS = 1000 / FREQUENCY;

/**
 * Looks again and again whether a thread runs (Linux `perf`); null where that cannot be. A virtual machine's processor can
 * be taken away in the middle of a computation, and its kernel does not know: it counts that time as the thread's. Samples
 * fall only where the thread really ran.
 */
export async function sampleThread(thread) {
  const file = join(tmpdir(), `espalier-perf-${process.pid}-${thread}`);
  const options = ['-q', '-k', 'CLOCK_MONOTONIC', '-e', 'cpu-clock', '-F', String(FREQUENCY)];
  const recorder = spawn('perf', ['record', ...options, '-t', String(thread), '-o', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => recorder.once('error', resolve).once('exit', resolve));
  // It says nowhere that it has begun.
  await Promise.race([ended, wait(1500)]);
  if (recorder.exitCode !== null || recorder.pid === undefined) return null;
  return async () => {
    recorder.kill('SIGINT');
    await ended;
    const { stdout } = spawnSync('perf', ['script', '-i', file, '-F', 'time', '--ns'], { maxBuffer: 1 << 28 });
    rmSync(file, { force: true });
    return String(stdout)
      .split('\n')
      .map((line) => Number.parseFloat(line) * 1000)
      .filter(Number.isFinite);
  };
}

/** How long it ran between two moments, in milliseconds; the samples in order of time. */
export function ran(samples, from, to) {
  const first = samples.findIndex((at) => at >= from);
  const behind = samples.findIndex((at) => at > to);
  if (first < 0) return 0;
  return ((behind < 0 ? samples.length : behind) - first) * SAMPLE_MS;
}
