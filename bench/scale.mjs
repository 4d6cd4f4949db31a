// Whether a run stays as fast and as small as it was, however many slots it has: /bin/true through the library, each size
// in a host of its own.
//
//   npm run bench -- scale [--small 10000] [--large 30000] [--full]      (--full: the large one has 100 000)
import { startContender } from './lib/contender.js';
import { LANES } from './lib/lanes.js';
import { readOptions } from './lib/options.js';
import { megabytes, perSecond, table } from './lib/stats.js';

const options = readOptions({ small: 10_000, large: 30_000, full: false });
const sizes = [options.small, options.full ? 100_000 : options.large];
const HOST = new URL('./scale/host.js', import.meta.url);
const TENTHS = 10;

console.log(`/bin/true, ${LANES} at a time; a size is one run in a fresh host with a fresh store\n`);
const results = [];
for (const count of sizes) results.push(await measure(count));

const head = ['slots', 'total', 'rate', 'first tenth', 'last tenth', 'last/first', 'written in', 'store/slot'];
console.log(`${table([head, ...results.map(describe)])}\n`);
console.log(
  `${table([['processor time of ours a slot', 'all', 'first tenth', 'last tenth', 'last/first'], ...results.map(processor)])}\n`,
);
console.log(`${table([['resident', '10 %', '50 %', '100 %', 'most', '100 % / 10 %'], ...results.flatMap(memory)])}\n`);
const [small, large] = results;
const linear = large.count / small.count;
const factor = large.ms / small.ms;
console.log(
  `${linear.toFixed(1)} times the slots took ${factor.toFixed(1)} times as long (linear is ${linear.toFixed(1)})`,
);

const used = results.map(({ cpu }) => sum(cpu));
console.log(`and ${(used[1] / used[0]).toFixed(1)} times the processor time`);

async function measure(count) {
  const host = await startContender(HOST, [String(count)]);
  try {
    const result = await host.ask({ run: count });
    return { count, ...result };
  } finally {
    await host.stop();
  }
}

function describe({ count, ms, createdMs, tenths, bytes }) {
  const rates = tenths.map((tenth) => (count / TENTHS / tenth) * 1000);
  const [first, last] = [rates[0], rates.at(-1)];
  return [
    count,
    `${(ms / 1000).toFixed(1)} s`,
    perSecond((count / ms) * 1000),
    perSecond(first),
    perSecond(last),
    (last / first).toFixed(2),
    `${createdMs.toFixed(0)} ms`,
    `${Math.round(bytes / count)} bytes`,
  ];
}

function processor({ count, cpu }) {
  const [all, first, last] = [sum(cpu) / count, ...[cpu[0], cpu.at(-1)].map((tenth) => (tenth * TENTHS) / count)];
  return [`${count} slots`, ...[all, first, last].map((ms) => `${ms.toFixed(2)} ms`), (last / first).toFixed(2)];
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function memory({ count, resident }) {
  return ['host', 'forker'].map((who) => {
    const at = (tenth) => resident[tenth - 1][who];
    const most = Math.max(...resident.map((sample) => sample[who]));
    const shown = [at(1), at(5), at(10), most].map(megabytes);
    return [`${who}, ${count} slots`, ...shown, (at(10) / at(1)).toFixed(2)];
  });
}
