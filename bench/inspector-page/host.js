// A system of many small machines, some of which change state all the time. Answers how it fared while a page looked.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMachine } from 'xstate';
import { serve } from '../lib/contender.js';
import { fromBuilt, temporaryFolder } from '../lib/espalier.js';

const [count, perSecond] = process.argv.slice(2).map(Number);
const TICK_MS = 10;
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
  inspector: { port: 0 },
  children: [dynamicSupervisor({ id: 'agents' })],
});
for (let id = 0; id < count; id += 1) {
  const started = await system.supervisor('/agents').startChild(machine({ id: String(id), logic }));
  if (!started.ok) throw new Error(started.error);
}
const agents = Array.from({ length: count }, (_, id) => system.actor(`/agents/${id}`));

const delay = monitorEventLoopDelay({ resolution: 1 });
let sent = 0;
let began = performance.now();
let usage = process.cpuUsage();
const timer = setInterval(() => {
  // By the clock: a timer that comes late makes up for it.
  const due = ((performance.now() - began) / 1000) * perSecond;
  // A prime apart, so that changes are spread over the whole list.
  for (; sent < due; sent += 1) agents[(sent * 7919) % count].send({ type: 'NEXT' });
}, TICK_MS);

serve(
  (message) => {
    if (message === 'address') return system.inspector.url;
    if (message === 'begin') {
      delay.reset();
      delay.enable();
      sent = 0;
      began = performance.now();
      usage = process.cpuUsage();
      return null;
    }
    const ms = performance.now() - began;
    const { user, system: kernel } = process.cpuUsage(usage);
    return {
      rate: (sent / ms) * 1000,
      cpu: (user + kernel) / 1000 / ms,
      p99: delay.percentile(99) / 1e6,
      max: delay.max / 1e6,
    };
  },
  async () => {
    clearInterval(timer);
    await system.stop();
    folder.remove();
  },
);
