// What in-memory actors cost below a dynamic supervisor, however many there are, beside Erlang's processes.
//
//   npm run bench -- actors [--small 1000] [--middle 10000] [--large 100000]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startContender } from './lib/contender.js';
import { readOptions } from './lib/options.js';
import { table } from './lib/stats.js';

const options = readOptions({ small: 1_000, middle: 10_000, large: 100_000 });
const sizes = [options.small, options.middle, options.large];
const HOST = new URL('./actors/host.js', import.meta.url);
const ESCRIPT = fileURLToPath(new URL('./actors/actors.escript', import.meta.url));

const rows = [];
const ours = [];
for (const count of sizes) {
  ours.push(await measureOurs(count));
  console.error(`${count} actors measured`);
}
const theirs = sizes.map(measureErlang);
for (const [at, count] of sizes.entries()) {
  rows.push(describe('Espalier', count, ours[at]));
  if (theirs[at]) rows.push(describe('Erlang/OTP', count, theirs[at]));
}
const head = ['', 'actors', 'start', 'per actor', 'bytes/actor', 'restart of one', 'stop', 'per actor'];
console.log(`${table([head, ...rows])}\n`);
const [, small, large] = ours;
const factor = (of) => (large[of] / small[of]).toFixed(1);
console.log(
  `${(sizes[2] / sizes[1]).toFixed(1)} times the actors: start ${factor('startMs')}, stop ${factor('stopMs')} times as long, restart of one ${factor('restartMs')}`,
);

async function measureOurs(count) {
  const host = await startContender(HOST, [], ['--expose-gc', '--max-old-space-size=4096']);
  try {
    return await host.ask({ count });
  } finally {
    await host.stop();
  }
}

function measureErlang(count) {
  const { status, stdout, error } = spawnSync('escript', [ESCRIPT, String(count)], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status === 0) return JSON.parse(stdout);
  console.error(`!! NO FIGURES OF ERLANG: ${error?.message ?? `escript ended with ${status}: ${stdout}`}`);
  return null;
}

function describe(who, count, { startMs, bytes, restartMs, stopMs }) {
  const each = (ms) => `${((ms / count) * 1000).toFixed(1)} µs`;
  return [
    who,
    count,
    `${startMs.toFixed(0)} ms`,
    each(startMs),
    Math.round(bytes),
    `${restartMs.toFixed(3)} ms`,
    `${stopMs.toFixed(0)} ms`,
    each(stopMs),
  ];
}
