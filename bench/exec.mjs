// How many short programs per second, four at a time: bare child_process.spawn, each thing that Espalier adds to it, its
// layers, its command line, xargs and GNU parallel, in turns.
//
//   npm run bench -- exec [--count 2000] [--rounds 3] [--brief]      (--brief: without the steps in between)

import { hasParallel, outside } from './exec/outside.js';
import { startContender } from './lib/contender.js';
import { readOptions } from './lib/options.js';
import { median, perSecond, ratio, table } from './lib/stats.js';

const { count, rounds, brief } = readOptions({ count: 2000, rounds: 3, brief: false });
const CONTENDER = new URL('./exec/contender.js', import.meta.url);

const titles = {
  bare: 'child_process.spawn, bare',
  withFifos: '  own session, FIFOs for pipes',
  withShell: '  + sh that becomes the program',
  withWatcher: '  + a watcher in the group',
  withGroupKill: '  + the group seen to end',
  direct: 'direct spawner',
  forker: 'forker spawner',
  pool: "system.execPool('x').exec",
  run: 'system.runs.start, store full',
  cli: 'espalier run, whole command',
  xargs: 'xargs -P4',
  parallel: 'GNU parallel --joblog',
};
const ways = ['bare', 'withFifos', 'withShell', 'withWatcher', 'withGroupKill', 'direct', 'forker', 'pool', 'run'];
const steps = new Set(['withFifos', 'withShell', 'withWatcher', 'withGroupKill', 'direct']);
const commands = ['cli', 'xargs', 'parallel'].filter((name) => name !== 'parallel' || hasParallel());
if (!commands.includes('parallel')) {
  console.log(
    'SKIPPED: GNU parallel is not installed (apt-get install parallel); there is nothing to compare with it\n',
  );
}

console.log(
  `${count} programs a round, 4 at a time, ${rounds} rounds in turns; medians, ratios round by round (range)\n`,
);
await compare('/bin/echo', ['/bin/echo', 'hello'], ['/bin/echo', '{}'], !brief);
await compare('/bin/true', ['/bin/true'], ['/bin/true'], false);
await measureStart();

async function compare(title, command, template, withSteps) {
  const contenders = await startAll(command, template, withSteps);
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  try {
    // A first, small round: caches, compiled code, and in the store pages.
    for (const contender of Object.values(contenders)) await contender.measure(Math.min(count, 100));
    for (let round = 0; round < rounds; round++) {
      for (const [name, contender] of Object.entries(contenders)) results[name].push(await contender.measure(count));
    }
  } finally {
    for (const contender of Object.values(contenders)) await contender.stop();
  }
  report(title, results);
}

async function startAll(command, template, withSteps) {
  const contenders = {};
  for (const way of ways.filter((name) => withSteps || !steps.has(name))) {
    const words = way === 'pool' || way === 'run' ? template : command;
    const { ask, stop } = await startContender(CONTENDER, [way, ...words]);
    contenders[way] = { measure: (number) => ask({ count: number }), stop };
  }
  for (const name of commands) contenders[name] = outside(name, template);
  return contenders;
}

function report(title, results) {
  const rates = Object.fromEntries(
    Object.entries(results).map(([name, all]) => [name, all.map(({ ms }) => (count / ms) * 1000)]),
  );
  const head = [title, 'rate', 'ms/slot', 'against bare', 'against parallel', 'against xargs'];
  const rows = Object.entries(rates).map(([name, all]) => [
    titles[name],
    perSecond(median(all)),
    (1000 / median(all)).toFixed(2),
    ratio(all, rates.bare),
    rates.parallel ? ratio(all, rates.parallel) : '-',
    ratio(all, rates.xargs),
  ]);
  console.log(`${table([head, ...rows])}\n`);
  reportCpu(title, results);
}

/** Who used the processor, per program. Orphans are what process 1 collects: watchers, and whatever else ends there. */
function reportCpu(title, results) {
  const who = ['main', 'threads', 'forker', 'zygote', 'children', 'orphans'];
  const rows = Object.entries(results).flatMap(([name, all]) => {
    if (all.some(({ cpu }) => cpu === null)) return [];
    const cells = who.map((part) => median(all.map(({ cpu }) => cpu[part])));
    const sum = cells.reduce((total, cell) => total + cell, 0);
    return [[titles[name], ...[...cells, sum].map((cell) => cell.toFixed(2))]];
  });
  const head = [
    `${title}: CPU ms per program`,
    'main thread',
    'its threads',
    'forker',
    'zygote',
    'programs',
    'orphans',
    'sum',
  ];
  console.log(`${table([head, ...rows])}\n`);
}

/** What the command costs that does not depend on the number of lines. */
async function measureStart() {
  const { measure } = outside('cli', ['/bin/true']);
  const all = [];
  for (let round = 0; round < Math.max(5, rounds); round++) all.push((await measure(1)).ms);
  console.log(`espalier run with one line, whole command: ${median(all).toFixed(0)} ms`);
}
