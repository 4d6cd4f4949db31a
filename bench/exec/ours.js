// The same programs through Espalier, layer by layer.
import { fromBuilt, startSystem } from '../lib/espalier.js';
import { LANES } from '../lib/lanes.js';
import { collect } from './bare.js';

const environment = { ...process.env };

async function throughSpawner(spawner, command) {
  let count = 0;
  return {
    one: async () => {
      const spawnId = `b${count++}`;
      const cwd = process.cwd();
      const child = await spawner.spawn({ spawnId, label: 'bench:/x', command, cwd, env: environment });
      const ended = child.exited.then(() => child.killGroup());
      const [text] = await Promise.all([collect(child.stdout), collect(child.stderr), ended]);
      return text;
    },
    stop: () => spawner.close(),
  };
}

/** The spawner that forks in this process. */
export async function direct(command) {
  const { createDirectSpawner } = await fromBuilt('transport/process/direct.js');
  return throughSpawner(await createDirectSpawner({ runId: `bench-${process.pid}` }), command);
}

/** The spawner that forks in another process. */
export async function forker(command) {
  const { createForkerSpawner } = await fromBuilt('transport/process/forker/client.js');
  return throughSpawner(await createForkerSpawner({ runId: `bench-${process.pid}` }), command);
}

/** An exec pool. */
export async function pool(command) {
  const { system, removeStore } = await startSystem({ command, size: LANES });
  const stop = async () => {
    await system.stop();
    removeStore();
  };
  return { one: async () => (await system.execPool('x').exec('hello')).stdout, stop };
}

/** A durable run, read to its end. */
export async function run(command) {
  const { system, removeStore } = await startSystem({ command, size: LANES });
  const stop = async () => {
    await system.stop();
    removeStore();
  };
  const all = async (count, check) => {
    const slots = Array.from({ length: count }, () => 'hello');
    const started = await system.runs.start({ slots, pool: 'x', concurrency: LANES });
    let rows = 0;
    for await (const row of started.committed()) {
      if (row.status !== 'succeeded') throw new Error(`slot ${row.index} ${row.status}: ${JSON.stringify(row)}`);
      check(row.output.stdout);
      rows += 1;
    }
    if (rows !== count) throw new Error(`${rows} rows of ${count}`);
  };
  return { all, stop };
}
