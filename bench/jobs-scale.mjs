// Whether jobs stay as fast in a store that is full of them: claims and ends with none and with a million that have ended, that can
// start, and that are parked, a tenth of these behind one full limit; how long a host takes to start on such a store; and how long
// the writer is held while what has ended leaves it.
//
//   npm run bench -- jobs-scale [--jobs 1000000] [--claims 300] [--starts 5] [--batches 300]
import { join } from 'node:path';
import { QUEUE } from './jobs/queue.js';
import { multiply, openForCopies } from './jobs-scale/multiply.js';
import { startContender } from './lib/contender.js';
import { fromBuilt, temporaryFolder } from './lib/espalier.js';
import { readOptions } from './lib/options.js';
import { median, percentile, table } from './lib/stats.js';

const options = readOptions({ jobs: 1_000_000, claims: 300, starts: 5, batches: 300 });
const HOST = new URL('./jobs/espalier/host.js', import.meta.url);
/** What is slow is measured less often: no part takes longer. */
const PART_MS = 15_000;
const LIMIT = 'full';
const RUN_ID = 'bench';
const METHODS = [{ name: 'nothing', version: null }];
const KEEP = { succeededMs: null, unsuccessfulMs: null, journalMs: null, journalBytes: null, runsMs: null };

const { openStore } = await fromBuilt('persistence/index.js');
const { openJobs } = await fromBuilt('index.js');
const folder = temporaryFolder();
const file = join(folder.path, 'scale.db');
const empty = join(folder.path, 'empty.db');
try {
  await begin();
  const lines = [['in the store', 'claim p50', 'p99', 'end p50', 'p99', 'limit handed on p50', 'p99']];
  lines.push(['nothing else', ...(await claims())]);
  for (const [what, add] of stages()) {
    await add();
    lines.push([what, ...(await claims())]);
    console.error(lines.at(-1).join('  '));
  }
  console.log(`${table(lines)}
(no commit is synced here: what grows is not hidden behind the disk)\n`);
  await starts();
  await retention();
} finally {
  folder.remove();
}

/** What is opened is closed after its use. */
async function using(opening, use) {
  const opened = await opening;
  try {
    return await use(opened);
  } finally {
    await opened[Symbol.asyncDispose]();
  }
}

/** A store, opened by the host that this process stands for. */
function asHost(use, synchronous = 'full') {
  return using(openStore(file, { mode: 'write', runId: RUN_ID, synchronous }), use);
}

/** A store with a host, which is this process. */
async function begin() {
  const identity = { bootId: 'bench', pidNamespace: 'bench', pid: process.pid, startTicks: 1 };
  await asHost(async (store) => {
    await store.hosts.register({ runId: RUN_ID, name: 'bench', identity, node: process.version, version: '0' });
    await store.jobs.setLimit(LIMIT, { concurrency: 1, rate: null });
  });
}

/** What comes into the store, one after the other. */
function stages() {
  const { jobs } = options;
  const many = jobs.toLocaleString('en').replaceAll(',', ' ');
  return [
    [`and ${many} that have ended`, () => fill({}, jobs, { ended: true })],
    // Behind those that are measured: these have a head start.
    [`and ${many} that can start`, () => fill({ priority: 1_000 }, jobs)],
    [
      `and ${many} that are parked`,
      async () => {
        await fill({ runAt: Date.now() + 86_400_000 }, jobs - jobs / 10);
        await fillLimit(jobs / 10);
      },
    ],
  ];
}

async function fill(spec, copies, { ended = false } = {}) {
  const id = await submitOne(spec);
  if (ended) await asHost(async (store) => end(store, await claim(store)));
  copy(id, copies);
}

/** One holds the limit, and another one is parked behind it. */
async function fillLimit(copies) {
  await submitOne({ limits: [LIMIT] });
  const id = await submitOne({ limits: [LIMIT] });
  await asHost(async (store) => {
    await claim(store);
    await claim(store);
    const { state } = await store.jobs.get(id);
    if (state !== 'parked') throw new Error(`the job is ${state}, not parked`);
  });
  copy(id, copies);
}

function copy(id, copies) {
  const db = openForCopies(file);
  multiply(db, id, copies);
  db.close();
}

function submitOne(spec) {
  return using(openJobs(file), async ({ jobs }) => {
    const { id } = await jobs.submit({ queue: QUEUE, method: 'nothing', ...spec });
    return id;
  });
}

async function claim(store) {
  const claim = { owner: RUN_ID, queue: QUEUE, methods: METHODS, count: 1, processes: [] };
  return (await store.jobs.claim(claim))[0];
}

function end(store, { jobId, epoch, attempt }) {
  const exit = { how: 'succeeded', exit: null, durationMs: 1, result: null };
  return store.jobs.finish(RUN_ID, { jobId, epoch, attempt, ...exit });
}

/** Jobs one after the other, each claimed and ended; and then as many that hand a limit on, where some wait for it. */
async function claims() {
  const specs = Array.from({ length: options.claims }, () => ({ queue: QUEUE, method: 'nothing', priority: -1_000 }));
  await using(openJobs(file), ({ jobs }) => jobs.submitMany(specs));
  return await asHost(async (store) => {
    const claimed = [];
    const ended = [];
    const until = performance.now() + PART_MS;
    for (let n = 0; n < options.claims && performance.now() < until; n += 1) {
      const began = performance.now();
      const job = await claim(store);
      const started = performance.now();
      await end(store, job);
      claimed.push(started - began);
      ended.push(performance.now() - started);
    }
    return [...spread(claimed), ...spread(ended), ...spread(await handOns(store))];
  }, 'normal');
}

/** How long the end of a job takes that holds the limit. */
async function handOns(store) {
  const limits = await store.jobs.limits();
  const [holder] = limits.find(({ name }) => name === LIMIT)?.holders ?? [];
  const times = [];
  const record = holder === undefined ? undefined : (await store.jobs.story(holder)).executions.at(-1);
  let held = record === undefined ? undefined : { jobId: holder, epoch: record.epoch, attempt: record.attempt };
  const until = performance.now() + PART_MS;
  for (let n = 0; held !== undefined && n < options.claims && performance.now() < until; n += 1) {
    const began = performance.now();
    await end(store, held);
    times.push(performance.now() - began);
    held = await claim(store);
  }
  return times;
}

function spread(values) {
  if (values.length === 0) return ['', ''];
  return [50, 99].map((part) => `${percentile(values, part).toFixed(2)} ms`);
}

/** How long a host takes from its call of `createSystem` until it is there. */
async function starts() {
  const times = { full: [], empty: [] };
  await using(openStore(empty, { mode: 'write' }), () => undefined);
  for (let n = 0; n < options.starts; n += 1) {
    for (const [which, store] of Object.entries({ full: file, empty })) {
      const host = await startContender(HOST, [store, '4']);
      const { startedMs } = await host.ask({});
      times[which].push(startedMs);
      await host.stop();
    }
  }
  const [full, none] = [median(times.full), median(times.empty)];
  console.log(`${table([
    ['start of a host', 'p50', 'most'],
    ['on an empty store', `${none.toFixed(0)} ms`, `${Math.max(...times.empty).toFixed(0)} ms`],
    ['on the full one', `${full.toFixed(0)} ms`, `${Math.max(...times.full).toFixed(0)} ms`],
  ])}
(goal: at most 1.2 times the empty one + 200 ms, which is ${(none * 1.2 + 200).toFixed(0)} ms)\n`);
}

/** How long each batch of retention keeps the writer from others. */
function retention() {
  return using(openStore(file, { mode: 'write', synchronous: 'normal' }), prune);
}

async function prune(store) {
  const lines = [];
  for (const [what, keep] of [
    ['jobs', { succeededMs: 0 }],
    ['events', { journalMs: 0 }],
  ]) {
    const times = [];
    const stop = new AbortController();
    const until = performance.now() + PART_MS;
    let began = null;
    const pause = async () => {
      if (began !== null) times.push(performance.now() - began);
      if (times.length >= options.batches || performance.now() > until) stop.abort();
      began = performance.now();
    };
    const left = await store.retention.prune({ ...KEEP, ...keep }, { pause, signal: stop.signal });
    lines.push([`${left[what]} ${what} in ${times.length} batches`, ...spread(times)]);
  }
  console.log(`${table([['retention holds the writer', 'p50', 'p99'], ...lines])}
(goal: p50 at most 10 ms, syncing aside)`);
}
