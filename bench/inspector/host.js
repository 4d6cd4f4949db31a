// A system of many small machines, some of which change state all the time while it is measured. Answers how it fared.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMachine } from 'xstate';
import { serve } from '../lib/contender.js';
import { fromBuilt, temporaryFolder } from '../lib/espalier.js';

const [count, perSecond] = process.argv.slice(2, 4).map(Number);
const isInspected = process.argv[4] === 'inspected';
const TICK_MS = 10;
/** Of the measurement itself: that much every turn of the loop is late by. */
const RESOLUTION_MS = 1;
const { createSystem, dynamicSupervisor, machine } = await fromBuilt('index.js');
const folder = temporaryFolder();

const logic = createMachine({
  id: 'agent',
  initial: 'idle',
  states: {
    idle: { on: { NEXT: 'thinking' } },
    thinking: { on: { NEXT: 'acting' } },
    acting: { on: { NEXT: 'idle' } },
  },
});
const system = await createSystem({
  name: 'bench',
  store: `${folder.path}/bench.db`,
  ...(isInspected && { inspector: { port: 0 } }),
  children: [dynamicSupervisor({ id: 'agents' })],
});
for (let id = 0; id < count; id += 1) {
  const started = await system.supervisor('/agents').startChild(machine({ id: String(id), logic }));
  if (!started.ok) throw new Error(started.error);
}
const agents = Array.from({ length: count }, (_, id) => system.actor(`/agents/${id}`));

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let [sent, began] = [0, 0];
let usage = process.cpuUsage();
let timer;

function begin() {
  sent = 0;
  began = performance.now();
  usage = process.cpuUsage();
  timer = setInterval(change, TICK_MS);
  delay.reset();
  delay.enable();
}

function change() {
  // By the clock: a timer that comes late makes up for it.
  const due = ((performance.now() - began) / 1000) * perSecond;
  // A prime apart, so that changes are spread over the whole list.
  for (; sent < due; sent += 1) agents[(sent * 7919) % count].send({ type: 'NEXT' });
}

function end() {
  clearInterval(timer);
  delay.disable();
  const ms = performance.now() - began;
  const { user, system: kernel } = process.cpuUsage(usage);
  const late = (percentile) => Math.max(0, delay.percentile(percentile) / 1e6 - RESOLUTION_MS);
  return { rate: (sent / ms) * 1000, cpu: (user + kernel) / 1000 / ms, p50: late(50), p99: late(99), max: late(100) };
}

serve(
  (message) => {
    if (message === 'address') return system.inspector.url;
    if (message === 'end') return end();
    begin();
    return null;
  },
  async () => {
    clearInterval(timer);
    await system.stop();
    folder.remove();
  },
);
