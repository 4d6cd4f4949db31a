// Espalier, submitted to from a process that is no host: a method of a Node worker that does nothing.
import { join } from 'node:path';
import { startContender } from '../../lib/contender.js';
import { fromBuilt } from '../../lib/espalier.js';
import { QUEUE } from '../queue.js';

const HOST = new URL('../espalier/host.js', import.meta.url);

/** A method of a Node worker. */
export const espalier = (options) => open(options, {});

/** The same, with an operation that does nothing in the transaction of its success. */
export const operation = (options) => open(options, { commit: { operation: 'nothing' } });

async function open({ folder, places }, extra) {
  const { openJobs } = await fromBuilt('index.js');
  const file = join(folder, 'espalier.db');
  const host = await startContender(HOST, [file, String(places)]);
  const store = await openJobs(file);
  const spec = { queue: QUEUE, method: 'nothing', ...extra };
  return {
    async batch(size) {
      const jobs = await store.jobs.submitMany(Array.from({ length: size }, (_, n) => ({ ...spec, args: { n } })));
      await Promise.all(jobs.map((job) => job.result()));
    },
    async stop() {
      await store[Symbol.asyncDispose]();
      await host.stop();
    },
  };
}
