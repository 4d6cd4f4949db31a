// A worker with bad habits: it crashes when asked to, and one of its methods never ends.
import { worker } from 'espalier/worker';

worker({
  start: () => console.log('camera opened'),
  methods: {
    look: (_ctx, { at }) => `looked at ${at}`,
    crash: () => {
      console.error('segment 14: checksum mismatch');
      console.error('camera driver gave up');
      process.exit(70);
    },
    hang: () => {
      console.error('waiting for a frame that never comes');
      for (;;);
    },
  },
});
