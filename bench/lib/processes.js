import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds per clock tick of `/proc`. */
const TICK_MS = 10;

/** CPU milliseconds of a process: its own, and those of the children that it has collected. */
export function cpuOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  const sum = (first) => (Number(fields[first]) + Number(fields[first + 1])) * TICK_MS;
  return { own: sum(11), children: sum(13) };
}

/** CPU milliseconds of a process's main thread alone. */
export function mainThreadCpu(pid) {
  const text = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident bytes of a process. */
export function residentOf(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kilobytes) * 1024;
}

/** The pid of the forker of a host. Null while it has none. */
export const forkerOf = (pid) => childNamed(pid, 'espalier-forker');

/** The pid of the zygote of a forker. Null where there is none. */
export const zygoteOf = (pid) => childNamed(pid, 'espalier-zygote');

/** A process's only child of that name. */
function childNamed(pid, name) {
  // The name a process gives itself is cut to 15 bytes.
  return childrenOf(pid).find((child) => nameOf(child).startsWith(name)) ?? null;
}

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim().split(' '))
    .filter(Boolean)
    .map(Number);
}

/** The name of a process, or the one it has given itself. */
export const nameOf = (pid) => readFileSync(`/proc/${pid}/comm`, 'latin1').trim();

/** A process and all below it. */
export function familyOf(pid) {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}
