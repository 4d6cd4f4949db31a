import { closeSync, openSync, readSync } from 'node:fs';
import { createHistogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';

/** How late a timer of one millisecond is, in milliseconds. The loop sleeps in between, so it costs nothing. */
export function probeDelay() {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  return () => {
    loop.disable();
    return { p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 };
  };
}

/** Gaps shorter than this are not looked at twice, in milliseconds. */
const LONG_MS = 1;

/**
 * How long the turns of a loop take that never sleeps, in milliseconds. `held` is the part of a turn in which its own
 * thread had a processor, as the kernel counts it; in the rest it was ready and others had it, which is no doing of the
 * loop's. `turns` are those that were held for longer than the limit, with their beginning on the system's clock.
 */
export function probeGaps(limitMs = 5) {
  const gaps = createHistogram();
  const collections = probeCollections();
  const thread = ownThread();
  let [max, maxHeld, worstHeld] = [0, 0, 0];
  const turns = [];
  const clock = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  let before = performance.now();
  let used = thread.used();
  const turn = () => {
    const gap = performance.now() - before;
    const usedNow = thread.used();
    gaps.record(Math.max(1, Math.round(gap * 1e6)));
    if (gap > LONG_MS) {
      const held = Math.min(gap, usedNow - used);
      if (gap > max) [max, maxHeld] = [gap, held];
      worstHeld = Math.max(worstHeld, held);
      if (held > limitMs) turns.push({ at: before + clock, gap });
    }
    used = thread.used();
    before = performance.now();
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  return () => {
    clearImmediate(next);
    thread.close();
    return { p99: gaps.percentile(99) / 1e6, max, maxHeld, worstHeld, turns, longestGc: collections() };
  };
}

/** Processor time of the thread of the loop, in milliseconds: the kernel counts it to the nanosecond. */
function ownThread() {
  const file = openSync(`/proc/${process.pid}/schedstat`, 'r');
  const text = Buffer.alloc(64);
  return {
    used: () => Number.parseInt(text.latin1Slice(0, readSync(file, text, 0, text.length, 0)), 10) / 1e6,
    close: () => closeSync(file),
  };
}

/** The longest garbage collection, in milliseconds, of those that Node reports: it leaves out what runs within another. */
function probeCollections() {
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    observer.disconnect();
    return longest;
  };
}
