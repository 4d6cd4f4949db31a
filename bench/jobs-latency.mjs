// How long one durable job takes when nothing else is to be done, how soon another process reads of a commit, and what a host
// that has nothing to do costs.
//
//   npm run bench -- jobs-latency [--jobs 300] [--wakes 300] [--idle 60]      (idle: seconds)

import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { QUEUE } from './jobs/queue.js';
import { instant } from './jobs-latency/instant.js';
import { startContender } from './lib/contender.js';
import { fromBuilt, temporaryFolder } from './lib/espalier.js';
import { readOptions } from './lib/options.js';
import { cpuOf, familyOf, nameOf } from './lib/processes.js';
import { percentile, table } from './lib/stats.js';

const options = readOptions({ jobs: 300, wakes: 300, idle: 60 });
const HOST = new URL('./jobs/espalier/host.js', import.meta.url);
const WATCHER = new URL('./jobs-latency/watcher.js', import.meta.url);
/** The places of the host's one worker. */
const PLACES = 4;
const WARM_UP = 20;
/** Between two of what is measured, in milliseconds: all are at rest again, and at no fixed point of any period. */
const REST = [30, 130];

const { openJobs } = await fromBuilt('index.js');
const folder = temporaryFolder();
const file = join(folder.path, 'latency.db');
const host = await startContender(HOST, [file, String(PLACES)]);
const store = await openJobs(file);
try {
  await oneByOne();
  await wakes();
  await idle();
} finally {
  await store[Symbol.asyncDispose]();
  await host.stop();
  folder.remove();
}

async function oneByOne() {
  const times = {
    'submit to acknowledged': [],
    'acknowledged to start': [],
    'start to result': [],
    'submit to result': [],
  };
  for (let n = 0; n < WARM_UP + options.jobs; n += 1) {
    await wait(randomInt(...REST));
    const began = instant();
    const job = await store.jobs.submit({ queue: QUEUE, method: 'now' });
    const acknowledged = instant();
    const started = await job.result();
    const ended = instant();
    const parts = [acknowledged - began, started - acknowledged, ended - started, ended - began];
    if (n >= WARM_UP) for (const [index, part] of Object.values(times).entries()) part.push(parts[index]);
  }
  const lines = Object.entries(times).map(([what, values]) => [what, ...spread(values)]);
  console.log(`${table([[`one job, ${options.jobs} times`, 'p50', 'p99'], ...lines])}\n`);
}

/** Commits of one process, as another one reads of them in the journal. Neither is a host, and nobody serves the queue. */
async function wakes() {
  const watcher = fork(WATCHER, [file], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(watcher, 'message');
  const times = [];
  for (let n = 0; n < WARM_UP + options.wakes; n += 1) {
    await wait(randomInt(...REST));
    const heard = once(watcher, 'message');
    const { id } = await store.jobs.submit({ queue: 'nobody', method: 'now' });
    const acknowledged = instant();
    const [{ job, at }] = await heard;
    if (job !== id) throw new Error(`another process heard of ${job}, not of ${id}`);
    if (n >= WARM_UP) times.push(at - acknowledged);
  }
  watcher.disconnect();
  await once(watcher, 'exit');
  console.log(`${table([
    ['another process reads of a commit', 'p50', 'p99'],
    ['after its acknowledgement', ...spread(times)],
  ])}
(goal: p50 at most 5 ms)\n`);
}

function spread(values) {
  return [50, 99].map((part) => `${percentile(values, part).toFixed(2)} ms`);
}

async function idle() {
  const family = familyOf(host.pid);
  const used = () => family.map((pid) => cpuOf(pid).own);
  const before = used();
  const began = instant();
  await wait(options.idle * 1000);
  const after = used();
  const ms = instant() - began;
  const share = (cpu) => `${((cpu / ms) * 100).toFixed(2)} %`;
  const each = family.map((pid, index) => [pid === host.pid ? 'host' : nameOf(pid), after[index] - before[index]]);
  const sum = each.reduce((total, [, cpu]) => total + cpu, 0);
  console.log(`${table([
    [`a host with nothing to do, ${options.idle} s`, 'of a core'],
    ...[...each, ['all', sum]].map(([who, cpu]) => [who, share(cpu)]),
  ])}
(goal: at most 0.5 %)`);
}
