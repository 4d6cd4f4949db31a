// How many short programs per second: a bare child_process.spawn against the spawners, /bin/echo, 4 in flight.
// node bench/spawn.mjs [seconds per round] [rounds] [touched MB]
import { spawn } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const built = new URL(process.env.ESPALIER_DIST ?? '../dist/', import.meta.url);
const { createForkerSpawner } = await import(new URL('transport/process/forker/client.js', built));
const { createDirectSpawner } = await import(new URL('transport/process/direct.js', built));

const seconds = Number(process.argv[2] ?? 3);
const rounds = Number(process.argv[3] ?? 3);
const megabytes = Number(process.argv[4] ?? 0);
const LANES = 4;

const ballast = Array.from({ length: megabytes }, () => Buffer.alloc(1 << 20, 1));
const environment = { ...process.env };
let count = 0;

function collect(stream) {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    stream.on('close', () => resolve(text)).on('error', reject);
  });
}

async function bare(text) {
  const child = spawn('/bin/echo', [text], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    new Promise((resolve) => child.on('exit', resolve)),
  ]);
  return stdout;
}

function guarded(spawner) {
  return async (text) => {
    const child = await spawner.spawn({
      spawnId: `b${count++}`,
      label: 'bench:/echo',
      command: ['/bin/echo', text],
      cwd: process.cwd(),
      env: environment,
    });
    const ended = child.exited.then(() => child.killGroup());
    const [stdout] = await Promise.all([collect(child.stdout), collect(child.stderr), ended]);
    return stdout;
  };
}

/** Programs per second, and the worst stalls of this process's event loop in milliseconds. */
async function measure(run) {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const began = performance.now();
  let done = 0;
  const lane = async () => {
    while (performance.now() - began < seconds * 1000) {
      const text = `${done}`;
      if ((await run(text)) !== `${text}\n`) throw new Error(`lost the output of ${text}`);
      done++;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const rate = done / ((performance.now() - began) / 1000);
  loop.disable();
  return { rate, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 };
}

const direct = await createDirectSpawner({ runId: `bench-${process.pid}-d` });
const forker = await createForkerSpawner({ runId: `bench-${process.pid}-f` });
const kinds = { bare, forker: guarded(forker), direct: guarded(direct) };
const results = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
for (let round = 0; round < rounds; round++) {
  // In turns, so that a noisy minute of the machine meets all of them.
  for (const [kind, run] of Object.entries(kinds)) results[kind].push(await measure(run));
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const base = median(results.bare.map((result) => result.rate));
console.log(`${LANES} in flight, ${seconds} s x ${rounds}, ${ballast.length} MB touched, node ${process.version}`);
for (const [kind, all] of Object.entries(results)) {
  const rate = median(all.map((result) => result.rate));
  const p99 = median(all.map((result) => result.p99));
  const max = Math.max(...all.map((result) => result.max));
  console.log(
    `${kind.padEnd(7)} ${rate.toFixed(0).padStart(5)}/s  x${(rate / base).toFixed(2)}  loop p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`,
  );
}
await Promise.all([direct.close(), forker.close()]);
