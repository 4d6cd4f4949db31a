import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isEspalierError, pool, type System } from 'espalier';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../../src/transport/process/proc/proc.js';
import { python } from '../../transport/protocol/support/python.js';
import { create, folder, remains } from '../support/support.js';

const KILLS = Number(process.env.ESPALIER_KILLS ?? 1000);
/** Kills that memory and descriptors get to find their level. */
const WARM_UP = Math.floor(KILLS / 5);
const SIZE = 8;
const CALLERS = 48;
const POOLS = ['node', 'python'] as const;

const fixture = (name: string) => fileURLToPath(new URL(`../../transport/protocol/fixtures/${name}`, import.meta.url));
const commands = { node: [process.execPath, fixture('methods.mjs')], python: [python, fixture('methods.py')] } as const;

/** A worker that was ready for so long is replaced at once; after a shorter life its seat backs off, up to half a minute. */
const PROVEN_MS = 1000;

/**
 * The workers that live, from the journal: those that boot too. One seat is never hit twice in a row while it boots: five
 * failed boots would rightly close it, and then the pool is not to return to its size.
 */
class Workers {
  readonly #booting = new Map<number, string>();
  /** Since when each is ready. */
  readonly #ready = new Map<number, number>();
  readonly #hitWhileBooting = new Set<string>();
  crashes = 0;

  constructor(system: System) {
    void this.#follow(system).catch(() => undefined);
  }

  /** One of them at random: mostly one that has served for a while, or backing off would be all that they do. */
  pick(): number | null {
    const [chance, proven] = [Math.random(), performance.now() - PROVEN_MS];
    if (chance < 0.8) return any([...this.#ready].filter(([, since]) => since < proven).map(([pid]) => pid));
    if (chance < 0.9) return any([...this.#ready.keys()]);
    const pid = any([...this.#booting].filter(([, path]) => !this.#hitWhileBooting.has(path)).map(([found]) => found));
    if (pid !== null) this.#hitWhileBooting.add(this.#booting.get(pid) ?? '');
    return pid;
  }

  get serving(): number {
    return this.#ready.size;
  }

  async #follow(system: System): Promise<void> {
    for await (const { type, data, path = '' } of system.events.subscribe({ after: 0 })) {
      if (type === 'process.spawned') this.#booting.set(data.pid, path);
      if (type === 'worker.crashed') this.crashes += 1;
      if (type === 'worker.ready') {
        this.#ready.set(data.pid, performance.now());
        this.#hitWhileBooting.delete(path);
      }
      if (type === 'process.exited') this.#ready.delete(data.pid);
      if (type === 'worker.ready' || type === 'process.exited') this.#booting.delete(data.pid);
    }
  }
}

function any(pids: readonly number[]): number | null {
  return pids[Math.floor(Math.random() * pids.length)] ?? null;
}

/** Kills a process that is proven to belong to that system. */
function kill(pid: number, runId: string): boolean {
  const environment = readEnvironment(pid);
  if (environment === null || typeof environment === 'symbol' || !environment.includes(`${runId}.`)) return false;
  process.kill(pid, 'SIGKILL');
  return true;
}

/** Every other call. */
const isIdempotent = (n: number) => n % 2 === 0;

/** What is held, not what could be collected. */
function measure() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20, fds: readdirSync('/proc/self/fd').length };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it(`${KILLS} workers killed at random moments under load: every call ends as it must, and nothing is left over`, async () => {
  const marks = join(folder(), 'marks');
  writeFileSync(marks, '');
  const children = POOLS.map((id) => pool({ id, command: [...commands[id]], size: SIZE, prefetch: 2 }));
  const system = await create({ children });
  const workers = new Workers(system);
  await Promise.all(POOLS.map((id) => system.pool(id).ready()));

  let calls = 0;
  /** Of the calls that were not answered: how each ended. */
  const failures = new Map<number, string>();
  let over = false;
  const caller = async (id: string) => {
    while (!over) {
      const n = calls++;
      const error = await system
        .pool(id)
        .call('mark', { file: marks, n }, { idempotent: isIdempotent(n), timeout: 120_000 })
        .then(
          (result) => (result === n ? null : 'wrong result'),
          (failure: unknown) =>
            isEspalierError(failure) ? `${failure.code} ${String(failure.context.state)}` : String(failure),
        );
      if (error !== null) failures.set(n, error);
    }
  };
  const callers = Array.from({ length: CALLERS }, (_, n) => caller(POOLS[n % POOLS.length] ?? 'node'));

  const began = performance.now();
  const full = measure();
  let warm = full;
  for (let killed = 0; killed < KILLS; ) {
    // Shorter lives than a second back off: what is left of the pools must carry the load.
    await pause(Math.random() * (workers.serving > SIZE ? 40 : 300));
    const pid = workers.pick();
    if (pid !== null && kill(pid, system.runId)) killed += 1;
    if (killed === WARM_UP) warm = measure();
  }
  const seconds = (performance.now() - began) / 1000;
  over = true;
  await Promise.all(callers);
  while (system.tree().filter(({ path, state }) => path.endsWith('/worker') && state === 'running').length < 2 * SIZE) {
    await pause(50);
  }
  const after = measure();

  const ran = new Map<number, number>();
  for (const line of readFileSync(marks, 'utf8').split('\n').filter(Boolean)) {
    ran.set(Number(line), (ran.get(Number(line)) ?? 0) + 1);
  }
  const times = (n: number) => ran.get(n) ?? 0;
  const numbers = Array.from({ length: calls }, (_, n) => n);
  const kindOf = (n: number) => `${isIdempotent(n) ? 'idempotent' : 'once'} ${failures.get(n) ?? 'answered'}`;
  const kinds = new Map<string, number>();
  for (const n of numbers) kinds.set(kindOf(n), (kinds.get(kindOf(n)) ?? 0) + 1);
  const twice = numbers.filter((n) => isIdempotent(n) && times(n) > 1).length;
  const neverRan = [...failures.keys()].filter((n) => !isIdempotent(n) && times(n) === 0).length;
  console.log(
    [
      `${KILLS} kills in ${seconds.toFixed(0)} s, ${workers.crashes} crashes journalled, ${calls} calls:`,
      ...[...kinds].map(([kind, count]) => `  ${kind}: ${count}`),
      `  idempotent ones that ran more than once: ${twice}`,
      `  once, rejected, and never run: ${neverRan}`,
      `  with full pools ${JSON.stringify(full)}, after ${WARM_UP} kills ${JSON.stringify(warm)}, after all ${JSON.stringify(after)}`,
    ].join('\n'),
  );

  expect(
    [...kinds.keys()].filter(
      (kind) => !/^(once|idempotent) (answered|ESP_WORKER_EXITED (started|unknown))$/.test(kind),
    ),
  ).toEqual([]);
  for (const n of numbers) {
    if (isIdempotent(n)) expect(times(n)).toBeLessThanOrEqual(4);
    // Answered: it ran, and once. Rejected: it had begun, so that nobody may run it again.
    else if (!failures.has(n)) expect([n, times(n)]).toEqual([n, 1]);
    else expect(times(n)).toBeLessThanOrEqual(1);
  }
  // A spare pair of streams may be ready for the next spawn, or not yet.
  expect(after.fds).toBeLessThanOrEqual(full.fds + 8);
  expect(after.heapMb).toBeLessThan(warm.heapMb + 8);
  await system.stop();
  expect(remains(system.runId)).toEqual([]);
}, 1_500_000);
