// A host with a dynamic supervisor of so many in-memory actors: what they cost.
import { setImmediate as turn } from 'node:timers/promises';
import { createMachine } from 'xstate';
import { serve } from '../lib/contender.js';
import { fromBuilt } from '../lib/espalier.js';

const { createSystem, dynamicSupervisor, machine } = await fromBuilt('index.js');
/** So many starts are asked for at once: a caller who waits for each alone measures his own turns. */
const BATCH = 1000;
const RESTARTS = 200;

const logic = createMachine({
  initial: 'idle',
  states: { idle: { on: { work: 'busy' } }, busy: { on: { rest: 'idle' } } },
});
const system = await createSystem({
  name: 'bench',
  store: ':memory:',
  children: [dynamicSupervisor({ id: 'd', intensity: 1_000_000, period: 1000 })],
});

async function measure(count) {
  const empty = heap();
  const startMs = await timed(() => startAll(count));
  const bytes = (heap() - empty) / count;
  const restartMs = await restartEach(count);
  const stopMs = await timed(() => system.supervisor('/').terminateChild('d'));
  await system.stop();
  return { startMs, bytes, restartMs, stopMs };
}

async function startAll(count) {
  const supervisor = system.supervisor('/d');
  for (let first = 0; first < count; first += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, count - first) }, (_, at) => `a${first + at}`);
    const started = await Promise.all(ids.map((id) => supervisor.startChild(machine({ id, logic }))));
    if (started.some(({ ok }) => !ok)) throw new Error('an actor did not start');
  }
}

/** The median time from the kill of one to the life of its successor. */
async function restartEach(count) {
  const times = [];
  for (let n = 0; n < RESTARTS; n += 1) {
    const path = `/d/a${Math.floor((n * count) / RESTARTS)}`;
    times.push(
      await timed(async () => {
        void system.actor(path).kill();
        while (system.whereis(path)?.incarnation !== 2) await turn();
      }),
    );
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function heap() {
  global.gc();
  global.gc();
  return process.memoryUsage().heapUsed;
}

serve(
  ({ count }) => measure(count),
  () => process.exit(0),
);
