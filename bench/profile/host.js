// The host of the profiled run: `host.js NODE COUNT`, where NODE starts the forker.
import { serve } from '../lib/contender.js';

const [node = '', count] = process.argv.slice(2);
process.execPath = node;
const { run } = await import('../exec/ours.js');
const { all, stop } = await run(['/bin/echo', '{}']);

serve(async () => {
  await all(Number(count), () => {});
  return {};
}, stop);
