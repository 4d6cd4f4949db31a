// A worker that answers with numbers; the third of its pool finds no weights and never boots.
import { worker } from 'espalier/worker';

const handle = worker({
  concurrency: 8,
  start: ({ worker: path, config }) => {
    handle?.progress('loading weights');
    console.log(`loading the model "${config.model}"`);
    if (/\/3\/worker$/.test(path)) throw new Error('weights/shard-3.bin: no such file');
  },
  methods: {
    embed: (_ctx, { text }) => [...text].map((letter) => letter.charCodeAt(0) / 128),
  },
});
setInterval(() => console.log(`resident set ${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB`), 5000);
