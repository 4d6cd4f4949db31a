// The host that is counted. It does one thing for each message of its parent, and says when that is done.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import threads from 'node:worker_threads';

const [, , folder] = process.argv;
const dist = process.env.ESPALIER_WAYS_DIST;
const hook = new URL('./hook.js', import.meta.url).href;
countThreads();
countForkers();
const { createSystem, pool } = await import(new URL('index.js', dist).href);

/** Says that it runs, and goes on until its gate is open. */
const program = 'echo > "$1.runs"; until [ -e "$1.gate" ]; do sleep 0.05; done; echo "$1"';
const worker = fileURLToPath(new URL('./worker.js', import.meta.url));
const system = await createSystem({
  name: 'ways',
  // What looks for jobs each second would be on every way.
  serveJobs: false,
  store: join(folder, 'ways.db'),
  onReport: () => undefined,
  children: [
    pool({ id: 'shell', mode: 'exec', size: 1, command: ['sh', '-c', program, 'sh', '{}'], cwd: folder }),
    pool({ id: 'sums', size: 1, command: [process.execPath, '--import', hook, worker] }),
  ],
});

let run;
const does = {
  async startRun(slots) {
    const inputs = Array.from({ length: slots }, (_, at) => `${at}`);
    run = await system.runs.start({ pool: 'shell', slots: inputs, concurrency: 1 });
  },
  async committed() {
    const { counts } = await run.record();
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  },
  double: (n) => system.pool('sums').call('double', { n }),
  pid: () => system.pool('sums').call('pid'),
  seat: () => system.tree().find(({ path }) => path === '/sums/workers/1')?.state,
};

process.on('message', async ({ name, args }) => process.send({ answer: await does[name](...args) }));
process.once('disconnect', () => system.stop());
process.send({ answer: null });

function countThreads() {
  threads.Worker = class extends threads.Worker {
    constructor(module, options) {
      super(module, { ...options, execArgv: ['--import', hook] });
    }
  };
  syncBuiltinESMExports();
}

function countForkers() {
  const { spawn } = childProcess;
  childProcess.spawn = (command, words, options) => {
    const main = words.findIndex((word) => word.endsWith('/forker/main.js'));
    return spawn(command, main === -1 ? words : words.toSpliced(main, 0, '--import', hook), options);
  };
  syncBuiltinESMExports();
}
