// The peers: each submits from this process, has its worker in another, and hears of the ends from it.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { startWorker } from '../peers/ends.js';
import { heard } from '../peers/graphile-pool.js';
import { fromPeers } from '../peers/packages.js';
import { QUEUE } from '../queue.js';

const payloads = (size) => Array.from({ length: size }, (_, n) => ({ n }));

/** Each job by the id that it was given. */
const allEnded = (worker, ids) => Promise.all(ids.map((id) => worker.ended(id)));

export async function bullmq(options) {
  const { Queue } = await fromPeers('bullmq');
  const queue = new Queue(QUEUE, { connection: { path: options.redis } });
  await queue.obliterate({ force: true });
  const worker = await startWorker('bullmq', options);
  return {
    async batch(size) {
      const added =
        size === 1
          ? [await queue.add('nothing', { n: 0 })]
          : await queue.addBulk(payloads(size).map((data) => ({ name: 'nothing', data })));
      await allEnded(
        worker,
        added.map(({ id }) => id),
      );
    },
    async stop() {
      await worker.stop();
      await queue.close();
    },
  };
}

export async function pgBoss(options) {
  const { PgBoss } = await fromPeers('pg-boss');
  const boss = new PgBoss({ ...options.postgres, supervise: false, schedule: false });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue(QUEUE);
  await boss.deleteAllJobs(QUEUE);
  const worker = await startWorker('pgBoss', options);
  return {
    async batch(size) {
      if (size === 1) return await worker.ended(await boss.send(QUEUE, { n: 0 }));
      const jobs = payloads(size).map((data) => ({ data, id: crypto.randomUUID() }));
      await boss.insert(QUEUE, jobs);
      await allEnded(
        worker,
        jobs.map(({ id }) => id),
      );
    },
    async stop() {
      await worker.stop();
      await boss.stop({ graceful: false });
    },
  };
}

export async function graphile(options) {
  const { makeWorkerUtils } = await fromPeers('graphile-worker');
  const { default: pg } = await fromPeers('pg');
  const pgPool = heard(new pg.Pool(options.postgres));
  const utils = await makeWorkerUtils({ pgPool });
  await utils.migrate();
  const worker = await startWorker('graphile', options);
  return {
    async batch(size) {
      const jobs =
        size === 1
          ? [await utils.addJob(QUEUE, { n: 0 })]
          : await utils.addJobs(payloads(size).map((payload) => ({ identifier: QUEUE, payload })));
      await allEnded(
        worker,
        jobs.map(({ id }) => String(id)),
      );
    },
    async stop() {
      await worker.stop();
      await utils.release();
      await pgPool.end();
    },
  };
}

export async function plainjob({ folder, synchronous }) {
  const file = join(folder, 'plainjob.db');
  const { better, defineQueue } = await fromPeers('plainjob');
  const connection = better(new Database(file));
  const logger = { error: console.error, warn: () => null, info: () => null, debug: () => null };
  const queue = defineQueue({ connection, logger });
  connection.pragma(`synchronous = ${synchronous}`);
  const worker = await startWorker('plainjob', { file, synchronous });
  return {
    async batch(size) {
      const ids = size === 1 ? [queue.add(QUEUE, { n: 0 }).id] : queue.addMany(QUEUE, payloads(size)).ids;
      await allEnded(worker, ids);
    },
    async stop() {
      await worker.stop();
      queue.close();
    },
  };
}
