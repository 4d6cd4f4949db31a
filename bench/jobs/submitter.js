// Whoever submits, in a process of its own: `submitter.js WAY OPTIONS`. Asked for `{ size, atOnce, seconds }` it submits batches of
// that size, each as soon as the one before it in its lane has come to its end, and answers how many jobs that were, and in how many
// milliseconds.
import { serve } from '../lib/contender.js';
import { inLanes } from '../lib/lanes.js';

const [name = '', options = '{}'] = process.argv.slice(2);
const ways = await import(`./ways/${name.split('.')[0]}.js`);
const way = await ways[name.split('.').at(-1)](JSON.parse(options));

serve(
  async ({ size, atOnce, seconds }) => {
    const began = performance.now();
    const until = began + seconds * 1000;
    const batches = await inLanes(
      () => performance.now() < until,
      () => way.batch(size),
      atOnce,
    );
    return { jobs: batches * size, ms: performance.now() - began };
  },
  () => way.stop(),
);
