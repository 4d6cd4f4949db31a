// What the world asks of the demonstration: calls, a call that hangs, crashes, a restart storm, and runs.

/**
 * Keeps a system busy until the returned function is called.
 * @param {import('espalier').System} system
 */
export function keepBusy(system) {
  // What fails here fails on purpose: the inspector shows it.
  const quietly = (act) => () =>
    void Promise.resolve()
      .then(act)
      .catch(() => undefined);
  const timers = [
    setInterval(
      quietly(() => system.pool('embed').call('embed', { text: 'a tree along a frame' })),
      300,
    ),
    setInterval(
      quietly(() => system.pool('vision').call('look', { at: 'the wall' })),
      700,
    ),
    setInterval(
      quietly(() => system.pool('vision').call('crash', {})),
      11_000,
    ),
    setInterval(
      quietly(() => system.pool('vision').call('hang', {}, { timeout: 3000 })),
      17_000,
    ),
    setInterval(() => system.actor('/market/feed').send({ type: 'CRASH' }), 8000),
    setInterval(() => storm(system), 15_000),
  ];
  const thumbnails = quietly(() => run(system, 'thumbnails', 48));
  timers.push(setInterval(thumbnails, 25_000));
  thumbnails();
  quietly(() => pausedRun(system))();
  setTimeout(
    quietly(() => system.pool('vision').call('crash', {})),
    1500,
  );
  setTimeout(() => storm(system), 3000);
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

/** Three crashes within a second: with those of the feed they stay within the budget of five. */
function storm(system) {
  for (const wait of [0, 200, 400]) {
    setTimeout(() => void system.actor('/market/prices').send({ type: 'CRASH' }), wait);
  }
}

/** Slots of very different length, some of which fail: what finishes early waits for its turn to be committed. */
function run(system, name, count) {
  const slots = Array.from({ length: count }, (_, index) => ({ script: script(index) }));
  return system.runs.start({ slots, pool: 'shell', concurrency: 4, name, retries: 1, reorderWindow: 12 });
}

function script(index) {
  const seconds = index % 7 === 2 ? 3.2 : 0.3 + (index % 5) * 0.25;
  const end = index % 11 === 5 ? 'echo "image is truncated" >&2; exit 3' : `echo "image ${index} done"`;
  return `echo "reading image ${index}"; sleep ${seconds}; ${end}`;
}

async function pausedRun(system) {
  const paused = await system.runs.start({
    slots: Array.from({ length: 200 }, (_, index) => ({ script: `sleep 1; echo page ${index}` })),
    pool: 'shell',
    concurrency: 2,
    name: 'archive',
  });
  setTimeout(() => void paused.pause().catch(() => undefined), 4000);
}
