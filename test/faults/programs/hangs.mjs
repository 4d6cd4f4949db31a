// A worker whose method never gives the event loop back, and uses no CPU: it waits for something that never comes.
import { worker } from 'espalier/worker';

worker({
  methods: {
    embed: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  },
});
