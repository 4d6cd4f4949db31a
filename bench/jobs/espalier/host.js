// The host that does the jobs: `host.js STORE PLACES`. Answers how long it took to start.
import { fileURLToPath } from 'node:url';
import { serve } from '../../lib/contender.js';
import { fromBuilt } from '../../lib/espalier.js';
import { QUEUE } from '../queue.js';

const [store = '', places = '1'] = process.argv.slice(2);
const { createSystem, pool } = await fromBuilt('index.js');
const began = performance.now();
const system = await createSystem({
  name: 'bench',
  store,
  operations: new URL('./operations.js', import.meta.url),
  children: [
    pool({
      id: 'work',
      command: [process.execPath, fileURLToPath(new URL('./worker.js', import.meta.url))],
      env: { CONCURRENCY: places },
      window: Number(places),
      size: 1,
      serves: [QUEUE],
    }),
  ],
});

const startedMs = performance.now() - began;

serve(
  () => ({ startedMs }),
  async () => {
    await system.stop();
    process.exit();
  },
);
