// The worker of a peer, in a process of its own: `worker.js NAME OPTIONS`. Sends `{ ended: ids }` as jobs end.
import { workers } from './workers.js';

const [name = '', options = '{}'] = process.argv.slice(2);
const stop = await workers[name](JSON.parse(options), (ids) => process.send?.({ ended: ids }));
process.on('disconnect', async () => {
  await stop();
  process.exit();
});
process.send?.({ ready: true });
