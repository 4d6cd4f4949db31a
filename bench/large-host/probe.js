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
 * How long the turns of a loop take that never sleeps, in milliseconds. `held` is the part of a turn in which this process
 * used the processor, its other threads included: the rest others had, and is no doing of ours.
 */
export function probeGaps(limitMs = 5) {
  const gaps = createHistogram();
  const collections = probeCollections();
  let [max, maxHeld, worstHeld, long] = [0, 0, 0, 0];
  let before = performance.now();
  let used = process.cpuUsage();
  const turn = () => {
    const gap = performance.now() - before;
    gaps.record(Math.max(1, Math.round(gap * 1e6)));
    if (gap > LONG_MS) {
      const { user, system } = process.cpuUsage(used);
      const held = Math.min(gap, (user + system) / 1000);
      if (gap > max) [max, maxHeld] = [gap, held];
      worstHeld = Math.max(worstHeld, held);
      if (held > limitMs) long += 1;
    }
    used = process.cpuUsage();
    before = performance.now();
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  return () => {
    clearImmediate(next);
    return { p99: gaps.percentile(99) / 1e6, max, maxHeld, worstHeld, long, longestGc: collections() };
  };
}

/** The longest garbage collection, in milliseconds. */
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
