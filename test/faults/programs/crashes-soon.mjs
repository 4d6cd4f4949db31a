// A worker that is ready, and ends a moment later.
import { worker } from 'espalier/worker';

worker({ methods: { embed: () => [1, 2, 3] } });
setTimeout(() => {
  console.error('segment 7 of the index is broken');
  process.exit(7);
}, 50);
