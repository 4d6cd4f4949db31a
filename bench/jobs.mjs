// Durable jobs that do nothing, from submit to result, through Espalier and through others, in turns: who submits is one process,
// who works another. A job is on disk before its submission, its claim and its end are acknowledged; where that is not how a
// contender comes, it is measured as it comes too.
//
//   npm run bench -- jobs [--rounds 3] [--seconds 1.2] [--only espalier,bare]
//
// The peers' packages are installed by the first run. Redis and PostgreSQL have to be on the machine (`apt-get install
// redis-server postgresql`); private ones are started, and who needs what is not there is left out.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { installPeers, versionOf } from './jobs/peers/packages.js';
import { startPostgres } from './jobs/servers/postgres.js';
import { startRedis } from './jobs/servers/redis.js';
import { within } from './jobs/within.js';
import { startContender } from './lib/contender.js';
import { temporaryFolder } from './lib/espalier.js';
import { readOptions } from './lib/options.js';
import { median, perSecond, ratio, table } from './lib/stats.js';

const { rounds, seconds, only } = readOptions({ rounds: 3, seconds: 1.2, only: '' });
const SUBMITTER = new URL('./jobs/submitter.js', import.meta.url);
const WARM_UP_SECONDS = 0.2;
/** How many jobs of a contender may be at work. */
const PLACES = 64;
/** What one contender may take for one question before it is given up. */
const PATIENCE_MS = 30_000;

const columns = [
  { title: 'serial', size: 1, atOnce: 1 },
  { title: '64 submitters', size: 1, atOnce: 64 },
  { title: 'batches of 10', size: 10, atOnce: 8 },
  { title: 'batches of 100', size: 100, atOnce: 8 },
];

const peer = (name, how) => `${name} ${versionOf(name)}, ${how}`;
const contenders = [
  { id: 'espalier', title: 'Espalier', way: 'espalier.espalier' },
  { id: 'operation', title: 'Espalier, with an operation', way: 'espalier.operation' },
  { id: 'bare', title: 'better-sqlite3, three commits a batch', way: 'bare.bare' },
  { id: 'bullmq', title: peer('bullmq', 'appendfsync always'), way: 'peers.bullmq', needs: 'always' },
  { id: 'pg-boss', title: peer('pg-boss', 'synchronous_commit on'), way: 'peers.pgBoss', needs: 'postgres' },
  { id: 'graphile', title: peer('graphile-worker', 'synchronous_commit on'), way: 'peers.graphile', needs: 'postgres' },
  {
    id: 'plainjob',
    title: peer('plainjob', 'synchronous full'),
    way: 'peers.plainjob',
    given: { synchronous: 'FULL' },
  },
  {
    id: 'bullmq',
    title: peer('bullmq', 'appendfsync everysec'),
    way: 'peers.bullmq',
    needs: 'everysec',
    relaxed: true,
  },
  ...[{ id: 'plainjob', title: peer('plainjob', 'as it comes: normal'), way: 'peers.plainjob', relaxed: true }].map(
    (plainjob) => ({ ...plainjob, given: { synchronous: 'NORMAL' } }),
  ),
].filter(({ id }) => only === '' || only.split(',').includes(id));

const folder = temporaryFolder();
const servers = {};
/** Rates by contender, then by column, one for each round. */
const rates = new Map();
try {
  await prepare();
  const able = contenders.filter(({ needs }) => needs === undefined || servers[needs] !== undefined);
  for (const { title } of able)
    rates.set(
      title,
      columns.map(() => []),
    );
  for (let round = 0; round < rounds; round += 1) {
    for (const each of able) if (rates.has(each.title)) await measureOrLeaveOut(each, round);
  }
} finally {
  for (const { stop } of Object.values(servers)) await stop();
  folder.remove();
}
report();

/** Starts what the contenders need, and says who cannot be measured. */
async function prepare() {
  // PostgreSQL is another user, who has to come by here.
  chmodSync(folder.path, 0o711);
  if (contenders.some(({ way }) => way.startsWith('peers'))) installPeers();
  const starts = {
    always: (place) => startRedis(place, 'always'),
    everysec: (place) => startRedis(place, 'everysec'),
    postgres: startPostgres,
  };
  for (const [name, start] of Object.entries(starts)) {
    if (!contenders.some(({ needs }) => needs === name)) continue;
    try {
      servers[name] = await start(madeFolder(name));
    } catch (error) {
      console.log(`left out, for it does not start: ${name}: ${error.message}`);
    }
  }
}

function madeFolder(name) {
  const path = join(folder.path, name);
  mkdirSync(path);
  return path;
}

/** A peer that fails is left out; what is ours does not fail. */
async function measureOrLeaveOut(contender, round) {
  try {
    await measure(contender, round);
  } catch (error) {
    if (!contender.way.startsWith('peers')) throw error;
    rates.delete(contender.title);
    console.log(`left out, for it failed: ${error.message}\n`);
  }
}

/** All columns of one contender, in processes and a store of its own. */
async function measure({ id, title, way, needs, given }, round) {
  const place = madeFolder(`${id}-${needs ?? given?.synchronous ?? ''}-${round}`);
  const server = needs === 'postgres' ? { postgres: servers.postgres.connection } : { redis: servers[needs]?.path };
  const options = JSON.stringify({ folder: place, places: PLACES, ...server, ...given });
  const submitter = await within(PATIENCE_MS, `${title}: start`, startContender(SUBMITTER, [way, options]));
  try {
    for (const [index, { size, atOnce }] of columns.entries()) {
      const ask = (time) =>
        within(PATIENCE_MS, `${title}: ${columns[index].title}`, submitter.ask({ size, atOnce, seconds: time }));
      await ask(WARM_UP_SECONDS);
      const { jobs, ms } = await ask(seconds);
      rates.get(title)[index].push((jobs / ms) * 1000);
    }
    await within(PATIENCE_MS, `${title}: stop`, submitter.stop());
  } catch (error) {
    process.kill(submitter.pid, 'SIGKILL');
    throw error;
  }
}

function report() {
  const head = ['durable no-op jobs per second', ...columns.map(({ title }) => title)];
  const line = ({ title }) => [title, ...rates.get(title).map((each) => perSecond(median(each)))];
  const shown = contenders.filter(({ title }) => rates.has(title));
  const parts = [
    ['each on disk before it is acknowledged', shown.filter(({ relaxed }) => !relaxed)],
    ['as they come, where that is less', shown.filter(({ relaxed }) => relaxed)],
  ].filter(([, some]) => some.length > 0);
  for (const [what, some] of parts) console.log(`${what}\n\n${table([head, ...some.map(line)])}\n`);
  const ours = rates.get('Espalier');
  if (ours !== undefined) {
    const against = shown.filter(({ id }) => id !== 'espalier' && id !== 'operation');
    const ratios = against.map(({ title }) => [
      title,
      ...ours.map((each, column) => ratio(each, rates.get(title)[column])),
    ]);
    console.log(`${table([['Espalier against', ...columns.map(({ title }) => title)], ...ratios])}\n`);
  }
  console.log(`${rounds} rounds of ${seconds} s in turns; medians, ratios round by round (range)
one process submits, one works on ${PLACES} jobs at most; a batch is one call, 8 of them at once
Espalier: a method of one Node worker, submitted by openJobs; with an operation: and one in the transaction of its success
peers hear of ends from their worker over IPC once these are committed; pg-boss by fetch and complete, without its poll of 0.5 s;
graphile-worker with a local queue of ${PLACES} and batches of completions; plainjob polls each millisecond
better-sqlite3: one process, synchronous full; each batch is inserted, claimed and finished, a commit each`);
}
