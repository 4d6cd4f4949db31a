// A small system in which everything happens within a minute, to look at with the inspector:
//   npm run demo [-- --control] [-- --port 4100]
// Its store is .espalier/demo.db, so that `espalier inspect .espalier/demo.db` shows it after its death too.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createSystem, pool, service, supervisor } from 'espalier';
import { feed } from './feed.js';
import { checkout, lighthouse } from './machines.js';
import { keepBusy } from './traffic.js';

const { values } = parseArgs({
  options: {
    control: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    db: { type: 'string', default: '.espalier/demo.db' },
  },
});

// Each demonstration begins anew. A store is one file and what SQLite lays beside it.
for (const end of ['', '-wal', '-shm']) rmSync(`${values.db}${end}`, { force: true });

const program = (name) => [process.execPath, new URL(`programs/${name}.js`, import.meta.url).pathname];

const system = await createSystem({
  name: 'demo',
  store: values.db,
  inspector: { port: Number(values.port), control: values.control },
  children: [
    // Three workers that stay, of which the third never boots: the pool serves with the other two.
    pool({ id: 'embed', command: program('embed'), size: 3, config: { model: 'small', apiKey: 'sk-demo-0000' } }),
    // Workers that crash now and then, and one call that hangs until it is killed.
    pool({ id: 'vision', command: program('vision'), size: 2, cancelGraceMs: 2000, graceMs: 1000 }),
    // One program per piece of work.
    pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', '{.script}'], size: 6 }),
    service({ id: 'web', command: program('web'), ready: { log: 'listening' }, graceMs: 1000 }),
    supervisor({ id: 'shop', children: [checkout('checkout'), lighthouse('lighthouse')] }),
    // Up to five crashes in ten seconds; a sixth would be one too many.
    supervisor({ id: 'market', intensity: 5, period: 10_000, children: [feed('feed'), feed('prices')] }),
  ],
});

const stop = keepBusy(system);
console.log(`inspector  ${system.inspector.url}`);
console.log(values.control ? 'control is allowed' : 'read-only; --control allows stopping and killing');
console.log('Ctrl-C ends it');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    stop();
    await system.stop();
  });
}
await system.ended;
stop();
