// One way to run programs, in a process of its own: `contender.js WAY PROGRAM [ARGUMENT…]`. Asked for a count it runs so
// many and answers how long that took and who used the processor meanwhile.
import { serve } from '../lib/contender.js';
import { inLanes } from '../lib/lanes.js';
import { cpuOf, forkerOf, mainThreadCpu, zygoteOf } from '../lib/processes.js';
import * as bare from './bare.js';
import * as ours from './ours.js';

const [name = '', ...command] = process.argv.slice(2);
const expected = command[0]?.endsWith('echo') ? 'hello\n' : '';
const way = await { ...bare, ...ours }[name](command);

serve(
  async ({ count }) => {
    way.prepare?.(count);
    const before = usage();
    const began = performance.now();
    await runAll(count);
    const ms = performance.now() - began;
    const after = usage();
    const cpu = Object.fromEntries(Object.entries(after).map(([who, value]) => [who, (value - before[who]) / count]));
    return { ms, cpu };
  },
  () => way.stop?.(),
);

function runAll(count) {
  if (way.all) return way.all(count, check);
  return inLanes(
    (i) => i < count,
    async () => check(await way.one()),
  );
}

function check(output) {
  if (output !== expected) throw new Error(`${name}: the output is ${JSON.stringify(output)}`);
}

/** CPU milliseconds by who used them. Whoever double-forks is collected by process 1. */
function usage() {
  const self = cpuOf(process.pid);
  const main = mainThreadCpu(process.pid);
  const forker = forkerOf(process.pid);
  const fork = cpuOrNone(forker);
  const zygote = cpuOrNone(forker && zygoteOf(forker));
  return {
    main,
    threads: self.own - main,
    forker: fork.own,
    zygote: zygote.own,
    children: self.children + fork.children + zygote.children,
    orphans: cpuOf(1).children,
  };
}

function cpuOrNone(pid) {
  return pid === null ? { own: 0, children: 0 } : cpuOf(pid);
}
