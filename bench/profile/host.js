// The host of the profiled run: `host.js NODE COUNT`, where NODE starts the forker.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { serve } from '../lib/contender.js';

const [node = '', count] = process.argv.slice(2);
process.execPath = node;
profileThreads();
const { run } = await import('../exec/ours.js');
const { all, stop } = await run(['/bin/echo', '{}']);

serve(async () => {
  await all(Number(count), () => {});
  return {};
}, stop);

/** The store's threads take none of Node's options, rightly; here they take those of their process. */
function profileThreads() {
  const threads = createRequire(import.meta.url)('node:worker_threads');
  threads.Worker = class extends threads.Worker {
    constructor(file, { execArgv: _none, ...options }) {
      super(file, options);
    }
  };
  syncBuiltinESMExports();
}
