// What exec does to the event loop of a host that holds much memory, and whether it is slower there: pool exec of /bin/true,
// four at a time, in a small host and a large one, in turns. A fork copies the page tables of whoever forks; the forker is
// small whatever the host.
//
//   npm run bench -- large-host [--seconds 4] [--rounds 3] [--megabytes 1024]
import { ran, sampleThread } from './large-host/samples.js';
import { startContender } from './lib/contender.js';
import { LANES } from './lib/lanes.js';
import { readOptions } from './lib/options.js';
import { median, perSecond, ratio, table } from './lib/stats.js';

const { seconds, rounds, megabytes } = readOptions({ seconds: 4, rounds: 3, megabytes: 1024 });
const HOST = new URL('./large-host/host.js', import.meta.url);
/** Longer than this, exec must not hold up a host. */
const LIMIT_MS = 5;

/** What goes on while a loop never sleeps. */
const SPINS = { spin: 'idle', spinOne: 'one exec at a time', spinExec: `${LANES} at a time` };

const hosts = {
  small: await startContender(HOST, ['0']),
  [`${megabytes} MB`]: await startContender(HOST, [String(megabytes)]),
};
const kinds = ['idle', 'exec', ...Object.keys(SPINS)];
const results = Object.fromEntries(Object.keys(hosts).map((host) => [host, []]));
// Once before, until V8 has compiled what runs again and again.
for (const host of Object.values(hosts)) await host.ask({ kind: 'exec', seconds: 3 * seconds });
for (let round = 0; round < rounds; round++) {
  // Each comes first as often as the other: what a turn leaves behind must not be the next one's alone.
  for (const [name, host] of round % 2 ? Object.entries(hosts).reverse() : Object.entries(hosts)) {
    const measured = {};
    for (const kind of kinds) {
      const ask = () => host.ask({ kind, seconds });
      measured[kind] = kind in SPINS ? await sampled(host, ask) : await ask();
    }
    results[name].push(measured);
  }
}
// Last: a host that has forked itself pays for it afterwards too, at its first write to each page.
for (let round = 0; round < rounds; round++) {
  for (const [name, host] of Object.entries(hosts)) {
    results[name][round].bare = await host.ask({ kind: 'bare', seconds: 1 });
  }
}
for (const host of Object.values(hosts)) await host.stop();
const collected = await startContender(HOST, ['0'], ['--expose-gc', '--initial-heap-size=800']);
const { bytes } = await collected.ask({ kind: 'garbage' });
await collected.stop();

console.log(`pool exec of /bin/true, ${LANES} at a time, ${seconds} s, ${rounds} rounds in turns\n`);
const [small, large] = Object.values(results);
const rates = (all, kind) => all.map((measured) => measured[kind].rate);
console.log(`rate: ${perSecond(median(rates(small, 'exec')))} in the small host, `);
console.log(`      ${perSecond(median(rates(large, 'exec')))} in the large one, `);
console.log(`      ratio ${ratio(rates(large, 'exec'), rates(small, 'exec'))}; `);
console.log(`bare spawn: ratio ${ratio(rates(large, 'bare'), rates(small, 'bare'))}\n`);
console.log(`${table([delayHead(), ...Object.entries(results).flatMap(delayRows)])}\n`);
console.log(`${table([gapHead(), ...Object.entries(results).flatMap(gapRows)])}\n`);
console.log(`an execution leaves ${bytes.toFixed(0)} bytes that outlive quick collections\n`);
console.log('Held: the part of a gap in which the thread of the loop had a processor; in the rest others had it.');
console.log(
  'Ran: of what was held, the time in which `perf` saw the thread run, every half millisecond; in the rest the',
);
console.log("virtual machine itself had no processor, which its kernel does not know and counts as the thread's.\n");
console.log(`${table([spawnHead(), ...Object.entries(results).map(spawnRow)])}\n`);
for (const [kind, what] of Object.entries(SPINS)) {
  const of = large.map((measured) => measured[kind]);
  const [count, longest] = longestRun(of);
  const during = kind === 'spin' ? '' : ` (${Math.round(seconds * sum(rates(large, kind)))} executions)`;
  console.log(
    `large host, ${what}${during}: turns that ran > ${LIMIT_MS} ms: ${count}, the longest ${longest} (goal: 0)`,
  );
}

/** Of turns that were held for long, how long the loop really ran in them; nothing where that cannot be seen. */
async function sampled(host, ask) {
  const stop = await sampleThread(host.pid);
  const { turns, ...seen } = await ask();
  const samples = await stop?.();
  return { ...seen, ran: turns.map(({ at, gap }) => (samples ? ran(samples, at, at + gap) : null)) };
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}

function delayHead() {
  return ['loop delay (1 ms timer)', 'p99', 'max', 'max of each round'];
}

function delayRows([host, all]) {
  return ['idle', 'exec'].map((kind) => [
    `${host}, ${kind}`,
    ms(median(all.map((measured) => measured[kind].p99))),
    ms(Math.max(...all.map((measured) => measured[kind].max))),
    all.map((measured) => measured[kind].max.toFixed(1)).join(' '),
  ]);
}

function gapHead() {
  return [
    'gaps of a setImmediate loop',
    'p99',
    'max',
    'of it held',
    'longest hold',
    `holds > ${LIMIT_MS} ms`,
    `ran > ${LIMIT_MS} ms`,
    'longest ran',
    'of it collecting',
    'longest GC',
  ];
}

function gapRows([host, all]) {
  return Object.entries(SPINS).map(([kind, what]) => {
    const of = all.map((measured) => measured[kind]);
    const longest = of.reduce((a, b) => (a.max > b.max ? a : b));
    const most = (figure) => ms(Math.max(...of.map((measured) => measured[figure])));
    return [
      `${host}, ${what}`,
      ms(median(of.map(({ p99 }) => p99))),
      ms(longest.max),
      ms(longest.maxHeld),
      most('worstHeld'),
      sum(of.map(({ ran }) => ran.length)),
      ...longestRun(of),
      most('longestGc'),
    ];
  });
}

/** How many holds the loop really ran for longer than the limit, the longest of all, and what V8 had of it. */
function longestRun(of) {
  const all = of.flatMap(({ ran }) => ran);
  if (all.length === 0) return [0, `< ${LIMIT_MS} ms`, '-'];
  if (all.includes(null)) return ['not seen', 'not seen', 'not seen'];
  const longest = all.reduce((a, b) => (a.ms >= b.ms ? a : b));
  return [all.filter((turn) => turn.ms > LIMIT_MS).length, ms(longest.ms), ms(longest.collecting)];
}

function spawnHead() {
  return ['child_process.spawn, time in the call', 'median', 'max', 'rate'];
}

function spawnRow([host, all]) {
  const of = all.map((measured) => measured.bare);
  const rate = perSecond(median(of.map((bare) => bare.rate)));
  return [host, ms(median(of.map((bare) => bare.median))), ms(Math.max(...of.map((bare) => bare.max))), rate];
}

function ms(value) {
  return `${value.toFixed(2)} ms`;
}
