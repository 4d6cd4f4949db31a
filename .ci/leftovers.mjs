// Looks for processes whose environment holds NAME=VALUE, this one and its ancestors aside:
//   node .ci/leftovers.mjs NAME VALUE
// Waits up to 5 s for them to end; prints what remains and exits 1.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const [name, value] = process.argv.slice(2);
const mark = `${name}=${value}`;
const deadline = Date.now() + 5_000;

let found = marked();
while (found.length > 0 && Date.now() < deadline) {
  await wait(100);
  found = marked();
}
for (const pid of found) console.error(`still there: ${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ')}`);
process.exitCode = found.length === 0 ? 0 : 1;

function marked() {
  const own = ancestors(process.pid);
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && !own.has(entry));
  return pids.filter((pid) => read(pid, 'environ').split('\0').includes(mark));
}

function ancestors(pid) {
  const own = new Set();
  for (let at = String(pid); at !== '0' && at !== ''; at = parent(at)) own.add(at);
  return own;
}

function parent(pid) {
  return /^PPid:\t(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? '';
}

/** What a file of a process says; nothing for one that has ended or is not ours to read. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
