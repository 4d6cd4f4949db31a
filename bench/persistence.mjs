// How fast the store takes writes that each wait to be durable, what that does to the host's event loop, and what a run of
// many slots costs. Uses the built package: `npm run build && node bench/persistence.mjs [seconds]`.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { openStore } from '../dist/persistence/index.js';

const SECONDS = Number(process.argv[2] ?? 3);
const WRITERS = 64;
const SLOTS = 100_000;

const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
const identity = { bootId: 'bench', pidNamespace: 'bench', pid: process.pid, startTicks: 1 };
try {
  for (const synchronous of ['full', 'normal']) await measureWriters(synchronous);
  await measureRun();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function open(name, synchronous) {
  const file = join(folder, `${name}.db`);
  const store = await openStore(file, { mode: 'write', runId: 'bench', synchronous });
  await store.hosts.register({ runId: 'bench', name: 'bench', identity, node: process.version, version: '0' });
  return { store, file };
}

/** Concurrent writers, each of which journals an event and waits until it is durable before the next. */
async function measureWriters(synchronous) {
  const { store } = await open(synchronous, synchronous);
  const event = { type: 'actor.restarted', path: '/bench', incarnation: 1, data: { reason: 'bench', restarts: 1 } };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let count = 0;
  const until = performance.now() + SECONDS * 1000;
  delay.enable();
  const started = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (performance.now() < until) {
        await store.journal.append([event]);
        count += 1;
      }
    }),
  );
  delay.disable();
  const perSecond = Math.round(count / ((performance.now() - started) / 1000));
  const p99 = (delay.percentile(99) / 1e6).toFixed(1);
  const max = (delay.max / 1e6).toFixed(1);
  console.log(
    `${synchronous}: ${WRITERS} writers ${perSecond} durable writes/s; loop delay p99 ${p99} ms, max ${max} ms`,
  );
  await store.close();
}

/** A run of many slots: created, claimed and finished in windows, committed, read again. */
async function measureRun() {
  const { store, file } = await open('run', 'full');
  const policy = { concurrency: 64, retries: 0, timeoutMs: null, onLost: 'retry', failFast: false, reorderWindow: 256 };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await timed(`create ${SLOTS} slots`, async () => {
    await store.runs.create({ run: 'r', name: null, pool: '/bench', policy, origin: null, owner: 'bench' });
    for (let from = 0; from < SLOTS; from += 5_000) {
      await store.runs.addSlots(
        'r',
        Array.from({ length: 5_000 }, (_, index) => `input ${from + index}`),
      );
    }
    await store.runs.start('r', 'bench');
  });
  await timed(`claim, start, finish and commit ${SLOTS} slots, 64 at once`, async () => {
    for (let from = 0; from < SLOTS; from += WRITERS) await window(store, from, Math.min(WRITERS, SLOTS - from));
  });
  await timed('plan', () => store.runs.plan('r'));
  await timed('digest', () => store.runs.runDigest('r'));
  await timed(`read ${SLOTS} rows`, async () => {
    for (let from = 0; ; ) {
      const rows = await store.runs.rows('r', from, 1_000);
      if (rows.length === 0) return;
      from = rows[rows.length - 1].index + 1;
    }
  });
  delay.disable();
  console.log(`loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, max ${(delay.max / 1e6).toFixed(1)} ms`);
  await store.close();
  console.log(
    `file ${(statSync(file).size / 1e6).toFixed(0)} MB, ${Math.round(statSync(file).size / SLOTS)} bytes a slot`,
  );
  console.log(`memory of this process ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`);
}

async function window(store, from, length) {
  const claims = Array.from({ length }, (_, index) => ({
    jobId: `r:${from + index}`,
    process: { spawnId: `s${from + index}`, path: '/bench' },
  }));
  const claimed = await store.attempts.claim('bench', claims);
  await Promise.all(claimed.map(({ spawnId }) => store.processes.live(spawnId, { identity, generation: 1 })));
  const output = { stdout: Buffer.from('hello\n'), stderr: Buffer.alloc(0), dropped: false };
  await Promise.all(
    claimed.map(({ jobId, epoch, attempt }) =>
      store.attempts.finish('bench', {
        jobId,
        epoch,
        attempt,
        outcome: 'succeeded',
        exit: { code: 0, signal: null },
        output,
        durationMs: 2,
        requeue: false,
      }),
    ),
  );
  await store.runs.commit(
    'r',
    'bench',
    claimed.map((_, index) => from + index),
    null,
  );
}

async function timed(what, act) {
  const started = performance.now();
  await act();
  console.log(`${what}: ${(performance.now() - started).toFixed(0)} ms`);
}
