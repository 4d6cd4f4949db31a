// The workers of peers, by name. Each takes its options and `ended(ids)`, which it calls once the end of these jobs is committed, and
// answers how it is stopped.
import Database from 'better-sqlite3';
import { QUEUE } from '../queue.js';
import { graphilePool } from './graphile-pool.js';
import { fromPeers } from './packages.js';

const nothing = () => null;

export const workers = {
  async bullmq({ redis, places }, ended) {
    const { Worker } = await fromPeers('bullmq');
    const connection = { path: redis, maxRetriesPerRequest: null };
    const worker = new Worker(QUEUE, async () => null, { connection, concurrency: places });
    worker.on('completed', ({ id }) => ended([id]));
    await worker.waitUntilReady();
    return () => worker.close();
  },

  // Its own loop looks every half a second at most: this one looks again at once, and every 2 ms while there is nothing.
  async pgBoss({ postgres, places }, ended) {
    const { PgBoss } = await fromPeers('pg-boss');
    const boss = new PgBoss({ ...postgres, supervise: false, schedule: false });
    boss.on('error', (error) => console.error(error));
    await boss.start();
    let stopping = false;
    const loop = async () => {
      while (!stopping) {
        const jobs = await boss.fetch(QUEUE, { batchSize: places });
        if (jobs.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        else {
          const ids = jobs.map(({ id }) => id);
          await boss.complete(QUEUE, ids);
          ended(ids);
        }
      }
    };
    const loops = Promise.all([loop(), loop()]);
    return async () => {
      stopping = true;
      await loops;
      await boss.stop({ graceful: false });
    };
  },

  async graphile({ postgres, places }, ended) {
    const { run, Logger } = await fromPeers('graphile-worker');
    const pgPool = await graphilePool(postgres, ended);
    const runner = await run({
      pgPool,
      logger: new Logger(() => nothing),
      noHandleSignals: true,
      taskList: { [QUEUE]: nothing },
      preset: { worker: { concurrentJobs: places, localQueue: { size: places }, completeJobBatchDelay: 0 } },
    });
    return async () => {
      await runner.stop();
      await pgPool.end();
    };
  },

  async plainjob({ file, synchronous }, ended) {
    const { better, defineQueue, defineWorker } = await fromPeers('plainjob');
    const connection = better(new Database(file));
    const logger = { error: console.error, warn: nothing, info: nothing, debug: nothing };
    const queue = defineQueue({ connection, logger });
    connection.pragma(`synchronous = ${synchronous}`);
    const worker = defineWorker(QUEUE, nothing, {
      queue,
      logger,
      pollIntervall: 1,
      onCompleted: ({ id }) => ended([id]),
    });
    worker.start().catch((error) => {
      throw error;
    });
    return async () => {
      await worker.stop();
      queue.close();
    };
  },
};
