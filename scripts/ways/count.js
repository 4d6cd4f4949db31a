// In each process and thread of a living system V8 counts the calls of each function. A way is what is called each time that
// the thing is done, but not while nothing is done. The ground (the files directly in src, and src/json) and the schema of
// the store are left out; shell scripts and the zygote are not JavaScript.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HOOK = new URL('./hook.js', import.meta.url).href;
/** How often each is done. */
const TIMES = 2;
/** More than are done: one is claimed while the one before it runs. */
const SLOTS = TIMES + 3;
/** For how long nothing is done: longer than between two looks at what programs wrote. */
const IDLE_MS = 1200;
/** What is left to do once a thing is done. */
const SETTLE_MS = 150;

/** The ways of one slot, one call and one exit: of each the files, as in src, with those who execute them. */
export async function countWays(dist) {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-ways-'));
  const isolates = new Isolates();
  const socket = join(folder, 'socket');
  const server = createServer((link) => isolates.add(link)).listen(socket);
  const url = pathToFileURL(realpathSync(dist)).href;
  const host = new Host(folder, { ...process.env, ESPALIER_WAYS_SOCKET: socket, ESPALIER_WAYS_DIST: `${url}/` });
  try {
    await host.answer();
    return await measure(host, isolates, folder);
  } finally {
    await host.stop();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(host, isolates, folder) {
  const gate = (slot) => writeFileSync(join(folder, `${slot}.gate`), '');
  const runs = (slot) => existsSync(join(folder, `${slot}.runs`));
  const seat = () => host.ask('seat');
  const committed = () => host.ask('committed');
  await host.ask('startRun', SLOTS);
  await until(() => runs(0));
  await host.ask('double', 1);
  await isolates.idle(async () => [await seat(), await committed()]);

  // One slot of a run that is under way: it ends, its row is committed, and the next one begins in its place.
  const slot = await isolates.way({ act: gate, isDone: async (n) => (await committed()) > n && runs(n + 1) });
  const call = await isolates.way({ act: (n) => host.ask('double', n), isDone: () => true });
  // After each worker that ended early its seat waits twice as long: then long enough for the end of one to be seen alone.
  const kill = async () => process.kill(await host.ask('pid'), 'SIGKILL');
  for (let time = 0; time < 3; time++) await kill();
  const exit = await isolates.way({
    prepare: () => host.ask('pid'),
    act: (_, pid) => process.kill(pid, 'SIGKILL'),
    isDone: async () => (await seat()) === 'backingOff',
  });
  for (let slot = TIMES; slot < SLOTS; slot++) gate(slot);
  return { slot, call, exit };
}

/** The process that is counted; one question at a time. */
class Host {
  #child;
  #ended;

  constructor(folder, env) {
    this.#child = fork(own('host.js'), [folder], { env, execArgv: ['--import', HOOK] });
    this.#ended = once(this.#child, 'exit');
  }

  async answer() {
    const early = this.#ended.then(() => Promise.reject(new Error('the host that is counted ended early')));
    const [{ answer }] = await Promise.race([once(this.#child, 'message'), early]);
    return answer;
  }

  ask(name, ...args) {
    this.#child.send({ name, args });
    return this.answer();
  }

  async stop() {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }
}

/** Every process and thread that counts. */
class Isolates {
  #all = new Map();
  #idle = new Set();

  async add(link) {
    link.on('error', () => undefined);
    link.on('close', () => this.#all.delete(link));
    const lines = createInterface({ input: link })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (!done) this.#all.set(link, { isolate: JSON.parse(value), lines });
  }

  /** Learns what is called while nothing is done but to ask. What few clocks do (a heartbeat) is not in both of two times. */
  async idle(ask) {
    const times = [];
    await this.#take();
    for (let time = 0; time < 2; time++) {
      const over = Date.now() + IDLE_MS;
      await until(async () => (await ask()) && Date.now() > over);
      times.push(await this.#take());
    }
    this.#idle = new Set(times[0].filter((called) => times[1].includes(called)));
  }

  /** What is called each time that a thing is done, but not while nothing is. */
  async way({ act, isDone, prepare = () => undefined }) {
    let all;
    for (let n = 0; n < TIMES; n++) {
      const prepared = await prepare(n);
      await sleep(SETTLE_MS);
      await this.#take();
      await act(n, prepared);
      await until(() => isDone(n));
      await sleep(SETTLE_MS);
      const met = await this.#take();
      all = met.filter((called) => !this.#idle.has(called) && (all?.includes(called) ?? true));
    }
    return byFile(all);
  }

  /** What was called since the last time, as texts: by whom, file, function. */
  async #take() {
    const all = await Promise.all(
      [...this.#all].map(async ([link, { isolate, lines }]) => {
        link.write('\n');
        const { value, done } = await lines.next();
        return done ? [] : JSON.parse(value).map((called) => `${isolate}\t${called}`);
      }),
    );
    return all.flat();
  }
}

function byFile(all) {
  const files = new Map();
  for (const called of all) {
    const [isolate, file, name] = called.split('\t');
    if (!isCounted(file)) continue;
    const { by, names } = files.get(file) ?? { by: new Set(), names: new Set() };
    files.set(file, { by: by.add(isolate), names: names.add(name) });
  }
  return [...files].map(([file, { by, names }]) => ({
    file: file.replace(/js$/, 'ts'),
    by: [...by],
    names: [...names],
  }));
}

function isCounted(file) {
  return file.includes('/') && !/^(json|persistence\/schema)\//.test(file);
}

async function until(holds) {
  while (!(await holds())) await sleep(20);
}

function own(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}
