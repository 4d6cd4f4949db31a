// The host of one run of many slots. Answers how long each tenth of its rows took, how much processor time of ours (the
// programs' own aside), and who held how much memory then.
import { statSync } from 'node:fs';
import { serve } from '../lib/contender.js';
import { startSystem } from '../lib/espalier.js';
import { LANES } from '../lib/lanes.js';
import { cpuOf, forkerOf, residentOf, zygoteOf } from '../lib/processes.js';

const count = Number(process.argv[2]);
const { system, store, removeStore } = await startSystem({ command: ['/bin/true'], size: LANES });

serve(async () => {
  const forker = forkerOf(process.pid);
  const began = performance.now();
  const run = await system.runs.start({ slots: inputs(), pool: 'x', concurrency: LANES });
  const created = performance.now();
  const zygote = zygoteOf(forker);
  const used = () => [process.pid, forker, zygote].reduce((sum, pid) => sum + (pid === null ? 0 : cpuOf(pid).own), 0);
  const tenths = [];
  const cpu = [];
  let usedBefore = used();
  const resident = [];
  let rows = 0;
  let last = created;
  for await (const row of run.committed()) {
    if (row.index !== rows || row.status !== 'succeeded') throw new Error(`row ${rows} is ${JSON.stringify(row)}`);
    rows += 1;
    if (rows % Math.ceil(count / 10) !== 0 && rows !== count) continue;
    const now = performance.now();
    tenths.push(now - last);
    cpu.push(used() - usedBefore);
    usedBefore = used();
    last = now;
    resident.push({ host: residentOf(process.pid), forker: residentOf(forker) });
  }
  if (rows !== count) throw new Error(`${rows} rows of ${count}`);
  const ms = performance.now() - began;
  await system.stop();
  const { size } = statSync(store);
  return { ms, createdMs: created - began, tenths, cpu, resident, bytes: size };
}, removeStore);

function* inputs() {
  for (let i = 0; i < count; i++) yield i;
}
