// One call to a Node and a Python worker, one at a time and 64 in flight, against a raw echo loop on the same framing; and
// the time from a worker's start to its first answered call, against an interpreter that starts and ends.
//
//   npm run build && node bench/protocol.mjs [ROUNDS]
//
// Raw loop and worker take turns, so that what else the machine does hits both: the ratios hold better than the figures.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Port } from '../dist/transport/protocol/port/port.js';

const ROUNDS = Number(process.argv[2] ?? 7);
const ROUND_MS = 400;
const IN_FLIGHT = 64;
const ARGS = { text: 'hello', n: 1 };

const file = (name) => fileURLToPath(new URL(`./protocol/${name}`, import.meta.url));
const python = process.env.ESPALIER_TEST_PYTHON ?? 'python3';
const PYTHONPATH = fileURLToPath(new URL('../sdk/python', import.meta.url));

const contenders = {
  node: {
    raw: () => rawEcho([process.execPath, file('raw-echo.mjs')]),
    worker: () => espalier([process.execPath, file('echo.mjs')]),
    bare: () => [process.execPath, '-e', ''],
    concurrent: () => espalier([process.execPath, file('echo.mjs')], { CONCURRENCY: String(IN_FLIGHT) }),
  },
  python: {
    raw: () => rawEcho([python, file('raw_echo.py')]),
    worker: () => espalier([python, file('echo.py')]),
    bare: () => [python, '-c', ''],
  },
};

for (const [language, { bare: _, ...starts }] of Object.entries(contenders)) {
  const running = {};
  for (const [name, start] of Object.entries(starts)) running[name] = await start();
  for (const inFlight of [1, IN_FLIGHT]) {
    const rates = Object.fromEntries(Object.keys(running).map((name) => [name, []]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [name, { call }] of Object.entries(running)) {
        const rate = await measure(call, inFlight);
        if (round > 0) rates[name].push(rate);
      }
    }
    report(language, inFlight, rates);
  }
  for (const { stop } of Object.values(running)) await stop();
}

for (const [language, { worker, bare }] of Object.entries(contenders)) {
  const first = [];
  const nothing = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const times = [await timed(() => firstCall(worker)), await timed(() => once(start(bare()).child, 'exit'))];
    if (round === 0) continue;
    first.push(times[0]);
    nothing.push(times[1]);
  }
  const ms = (times) => `${median(times).toFixed(0)} ms`;
  console.log(`${language.padEnd(7)}  start to first answer ${ms(first)}, a program that does nothing ${ms(nothing)}`);
}

async function timed(run) {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

async function firstCall(startWorker) {
  const { call, stop } = await startWorker();
  await new Promise(call);
  void stop();
}

/** Calls per second: each answer sends the next call. */
async function measure(call, inFlight) {
  const began = performance.now();
  let done = 0;
  await Promise.all(
    Array.from(
      { length: inFlight },
      () =>
        new Promise((resolve) => {
          const next = () => {
            if (performance.now() - began >= ROUND_MS) return resolve();
            call(() => {
              done += 1;
              next();
            });
          };
          next();
        }),
    ),
  );
  return (done / (performance.now() - began)) * 1000;
}

function report(language, inFlight, { raw, ...others }) {
  const rate = (value) => `${Math.round(value / 100) / 10}k/s`;
  for (const [name, rates] of Object.entries(others)) {
    const ratios = rates.map((value, index) => value / raw[index]);
    const line = [
      language.padEnd(7),
      name.padEnd(11),
      `${inFlight} in flight`.padEnd(13),
      rate(median(rates)).padStart(8),
      `raw ${rate(median(raw))}`.padStart(13),
      `ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`,
    ];
    console.log(line.join('  '));
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function start([program, ...args], env) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1', ESPALIER_FD: '3', ...env },
  });
  return { child, connection: child.stdio[3] };
}

async function espalier(command, env) {
  const { child, connection } = start(command, env);
  let ready = () => {};
  const isReady = new Promise((resolve) => {
    ready = resolve;
  });
  const ignore = () => {};
  const names = ['progress', 'ended', 'pong', 'log', 'event', 'metric', 'ask', 'recycle', 'bye'];
  const failed = (error) => {
    throw error;
  };
  const events = { ...Object.fromEntries(names.map((name) => [name, ignore])), ready, failed };
  const port = new Port({ connection, worker: '/bench', incarnation: 1, now: () => 0, events });
  await isReady;
  const request = { method: 'echo', args: ARGS };
  return {
    call: (answered) => port.call(request, answered),
    stop: async () => {
      port.destroy();
      await once(child, 'exit');
    },
  };
}

async function rawEcho(command) {
  const { child, connection } = start(command);
  const open = new Map();
  let lastId = 0;
  let rest = '';
  let out = '';
  connection.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { id, r } = JSON.parse(line);
      const answered = open.get(id);
      open.delete(id);
      answered?.(r);
    }
  });
  const flush = () => {
    connection.write(out);
    out = '';
  };
  return {
    call: (answered) => {
      lastId += 1;
      open.set(lastId, answered);
      if (out === '') process.nextTick(flush);
      out += `${JSON.stringify({ t: 'call', id: lastId, m: 'echo', a: ARGS })}\n`;
    },
    stop: async () => {
      connection.destroy();
      await once(child, 'exit');
    },
  };
}
