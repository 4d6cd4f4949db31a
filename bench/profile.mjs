// Where the processor time of a run goes: the host's threads and its forker under V8's sampling profiler, by function.
//
//   npm run bench -- profile [--count 2000] [--top 25]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startContender } from './lib/contender.js';
import { temporaryFolder } from './lib/espalier.js';
import { readOptions } from './lib/options.js';
import { table } from './lib/stats.js';
import { costsOf } from './profile/costs.js';

const { count, top } = readOptions({ count: 2000, top: 25 });
const HOST = new URL('./profile/host.js', import.meta.url);
const folder = temporaryFolder();
const [hostProfiles, forkerProfiles] = ['host', 'forker'].map((who) => join(folder.path, who));
for (const path of [hostProfiles, forkerProfiles]) mkdirSync(path);

try {
  await profileRun();
  console.log(`a run of ${count} slots of /bin/echo, 4 at a time; self time per slot, waiting for events left out.`);
  console.log('The clock of the samples runs on while others have the processor: on a busy machine read shares.\n');
  for (const [who, path] of [
    ['host', hostProfiles],
    ['forker', forkerProfiles],
  ]) {
    const profiles = readdirSync(path).map((file) => JSON.parse(readFileSync(join(path, file), 'utf8')));
    for (const profile of profiles) report(who, costsOf(profile));
  }
} finally {
  folder.remove();
}

/**
 * The host passes none of Node's options on to its forker, rightly. So the host's idea of where Node is, with which it starts
 * the forker, is a script that adds them; the script becomes Node, so pid and channel are the same.
 */
async function profileRun() {
  const node = join(folder.path, 'node-with-profile');
  const words = [process.execPath, '--cpu-prof', `--cpu-prof-dir=${forkerProfiles}`, '--cpu-prof-interval=200'];
  writeFileSync(node, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  const flags = ['--cpu-prof', `--cpu-prof-dir=${hostProfiles}`, '--cpu-prof-interval=200'];
  const host = await startContender(HOST, [node, String(count)], flags);
  await host.ask({});
  await host.stop();
}

function report(who, { thread, busyMs, costs, files }) {
  if (busyMs / count < 0.01) return;
  const perSlot = (milliseconds) => `${((milliseconds / count) * 1000).toFixed(0)} us`;
  const share = (milliseconds) => `${((milliseconds / busyMs) * 100).toFixed(1)} %`;
  const rows = (entries) => entries.map(({ name, ms }) => [name, perSlot(ms), share(ms)]);
  const title = `${who}, ${thread}: ${perSlot(busyMs)} a slot`;
  console.log(`${table([[title, 'self', 'share'], ...rows(costs.slice(0, top))])}\n`);
  console.log(`${table([['by file', 'self', 'share'], ...rows(files.slice(0, 15))])}\n`);
}
