import { expect, it } from 'vitest';
import { listPids, readCommandLine, readStat } from '../../../src/transport/process/proc/proc.js';
import { isForker, shells, start } from '../support/support.js';

/** The children of this process, those that ran before left out. */
function children(): readonly number[] {
  return listPids().filter((pid) => readStat(pid)?.parent === process.pid);
}

it('a host forks nothing but its forker: a fork holds it up for longer, the larger it is', async () => {
  const before = new Set(children());
  const system = await start({ children: [shells({ size: 4 })] });
  const born = () => children().filter((pid) => !before.has(pid));
  const programs = Array.from({ length: 4 }, () => system.execPool('shell').exec('echo $PPID; sleep 0.2'));
  const seen = new Set(born());
  const ended = Promise.all(programs);
  while (!(await Promise.race([ended.then(() => true), new Promise((turn) => setTimeout(turn, 5, false))]))) {
    for (const pid of born()) seen.add(pid);
  }
  expect([...seen].map((pid) => isForker(pid, system.runId))).toEqual([true]);
  for (const { stdout } of await ended) {
    const parent = Number(stdout);
    expect(parent).not.toBe(process.pid);
    expect(readCommandLine(parent)[0]).toMatch(/^espalier-(zygote|forker)/);
  }
});
