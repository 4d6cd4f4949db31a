// Looks for processes that the tests left behind, this one and its ancestors aside:
//   node .ci/leftovers.mjs NAME VALUE
// They have NAME=VALUE in their environment; or, where a test gave them another one, the cookie of a host that has no
// forker any more; or they are a zygote or a watcher, which show neither, and have no parent of ours. Waits up to
// 5 s for them to end; prints what remains and exits 1.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const [name, value] = process.argv.slice(2);
const mark = `${name}=${value}`;
/** What Linux counts the start of a process in, on all platforms that Node runs on. */
const TICKS_PER_S = 100;
const deadline = Date.now() + 5_000;

let found = leftovers();
while (found.length > 0 && Date.now() < deadline) {
  await wait(100);
  const now = new Set(leftovers());
  found = found.filter((pid) => now.has(pid));
}
for (const pid of found) console.error(`still there: ${told(pid)}`);
process.exitCode = found.length === 0 ? 0 : 1;

function leftovers() {
  const own = ancestors(process.pid);
  const environments = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && !own.has(entry))
    .map((pid) => [pid, read(pid, 'environ').split('\0')]);
  const forked = new Set(environments.flatMap(([, entries]) => valuesOf(entries, 'ESPALIER_FORKER')));
  const isLeft = (entries) => entries.includes(mark) || valuesOf(entries, 'ESPALIER_COOKIE').some(isOrphaned);
  const isOrphaned = (cookie) => !forked.has(cookie.split(',').at(-1).split('.')[0]);
  return environments.filter(([pid, entries]) => isLeft(entries) || isStray(pid)).map(([pid]) => pid);
}

function isStray(pid) {
  return (
    /^espalier-(zygote|watcher)/.test(read(pid, 'cmdline')) && !read(parent(pid), 'cmdline').startsWith('espalier-')
  );
}

function valuesOf(entries, variable) {
  return entries.filter((entry) => entry.startsWith(`${variable}=`)).map((entry) => entry.slice(variable.length + 1));
}

function ancestors(pid) {
  const own = new Set();
  for (let at = String(pid); at !== '0' && at !== ''; at = parent(at)) own.add(at);
  return own;
}

function parent(pid) {
  return /^PPid:\t(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? '';
}

/** What tells one `sleep 1` from another: whose it was, since when, and where. */
function told(pid) {
  const stat = read(pid, 'stat');
  // The name stands in brackets and may hold anything.
  const [state, ppid, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const ageS = Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) - startTicks / TICKS_PER_S;
  const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim() || read(pid, 'comm').trim();
  const of = `state ${state}, parent ${ppid} (${read(ppid, 'comm').trim() || 'gone'}), group ${group}, session ${session}`;
  const marks = read(pid, 'environ')
    .split('\0')
    .filter((entry) => /^(ESPALIER_|VITEST_)/.test(entry));
  return `${pid} ${command}\n  ${of}, ${ageS.toFixed(1)} s old, in ${workingFolder(pid)}\n  ${marks.join(' ')}`.trimEnd();
}

function workingFolder(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return 'a folder that cannot be read';
  }
}

/** What a file of a process says; nothing for one that has ended or is not ours to read. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
