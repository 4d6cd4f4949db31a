// What the inspector costs a host with a large and lively tree: without an inspector, without a client, with a client that
// looks at the tree, and with the page in Chromium, standing still, scrolling, and narrowed to what changes.
//
//   npm run bench -- inspector [--actors 10000] [--changes 2000] [--seconds 10] [--rounds 5]
//
// The goals: without a client nothing that can be measured; the host's loop late by less than 10 ms (99th percentile);
// the page above 50 frames a second, with so many elements however large the tree is.
import { setTimeout as wait } from 'node:timers/promises';
import { openBrowser, PAGES } from './inspector/page.js';
import { startContender } from './lib/contender.js';
import { readOptions } from './lib/options.js';
import { ratio, table } from './lib/stats.js';

const { actors, changes, seconds, rounds } = readOptions({ actors: 10_000, changes: 2000, seconds: 10, rounds: 5 });
const GOAL = { p99: 10, frames: 50, elements: 2000 };

const plain = await startHost('plain');
const inspected = await startHost('inspected');
const address = await inspected.ask('address');
const browser = await openBrowser();
try {
  // In turn, now this one first and now that one, so that what else the machine does meets both; once before, to be warm.
  const rows = [];
  for (let round = -1; round < rounds; round += 1) {
    const pair = [
      ['no inspector', plain],
      ['no client', inspected],
    ];
    for (const [name, host] of round % 2 === 0 ? pair : pair.reverse()) {
      const row = await measureHost(name, host);
      if (round >= 0) rows.push(row);
    }
  }
  rows.push(await withClient());
  for (const page of PAGES) rows.push(await measurePage(page));
  report(rows);
} finally {
  await browser.close();
  await inspected.stop();
  await plain.stop();
}

function startHost(kind) {
  return startContender(new URL('./inspector/host.js', import.meta.url), [String(actors), String(changes), kind]);
}

async function measureHost(name, host) {
  await host.ask('begin');
  await wait(seconds * 1000);
  return { name, ...(await host.ask('end')) };
}

async function withClient() {
  const client = await startContender(new URL('./inspector/client.js', import.meta.url), [address]);
  try {
    await client.ask('begin');
    const fared = await measureHost('a client', inspected);
    return { ...fared, heard: (await client.ask('end')).heard / seconds };
  } finally {
    await client.stop();
  }
}

async function measurePage({ name, hash, move }) {
  const begin = () => inspected.ask('begin');
  const end = () => inspected.ask('end');
  return { name, ...(await browser.measure(`${address}${hash}`, { move, seconds, begin, end })) };
}

function report(rows) {
  console.log(`${actors} actors, ${changes} changes a second, ${seconds} s each, page 1440 × 900\n`);
  const host = ['host p50', 'p99', 'max', 'cpu', 'changes/s', 'heard/s'];
  console.log(table([['', ...host, 'frames/s', 'worst frame', 'page thread', 'elements'], ...rows.map(describe)]));
  const cpu = (of) => rows.filter(({ name }) => name === of).map((row) => row.cpu);
  console.log(
    `\nCPU of the host without a client, against one without an inspector: ${ratio(cpu('no client'), cpu('no inspector'))}`,
  );
  for (const line of missed(rows)) console.log(`MISSED: ${line}`);
}

function describe({ name, p50, p99, max, cpu, rate, heard, frames, worst, busy, elements }) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  const share = (value) => `${(value * 100).toFixed(0)} %`;
  const host = [ms(p50), ms(p99), ms(max), share(cpu), rate.toFixed(0), heard?.toFixed(0) ?? ''];
  const page = frames === undefined ? [] : [frames.toFixed(1), `${worst.toFixed(0)} ms`, share(busy), elements];
  return [name, ...host, ...page];
}

function missed(rows) {
  return rows.flatMap(({ name, p99, frames = Number.POSITIVE_INFINITY, elements = 0 }) => [
    ...(p99 >= GOAL.p99 ? [`${name}: p99 of ${p99.toFixed(1)} ms; less than ${GOAL.p99}`] : []),
    ...(frames <= GOAL.frames ? [`${name}: ${frames.toFixed(1)} frames a second; more than ${GOAL.frames}`] : []),
    ...(elements > GOAL.elements ? [`${name}: ${elements} elements; at most ${GOAL.elements}`] : []),
  ]);
}
