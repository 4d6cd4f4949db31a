// A worker that takes memory until something stops it.
import { worker } from 'espalier/worker';

worker({
  methods: {
    embed: () => {
      const taken = [];
      for (;;) taken.push(Buffer.alloc(8 * 1024 * 1024, 1));
    },
  },
});
