import { readFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { InspectedHost } from '../inspected-host.js';
import type { ReadModel } from '../model/read-model.js';
import type { ActorGauges, GaugesMessage } from '../protocol/wire.js';

/** Clock ticks in a second: 100 on every Linux that Node runs on. */
const TICKS = 100;

interface Usage {
  readonly ticks: number;
  readonly at: number;
}

/** Measures the host and its workers' processes. It costs something only while it is asked. */
export class Gauges {
  readonly #host: InspectedHost;
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });
  #cpu = process.cpuUsage();
  #cpuAt = performance.now();
  #last = new Map<number, Usage>();

  constructor(host: InspectedHost) {
    this.#host = host;
    this.#loop.enable();
  }

  sample(at: number, clients: number): GaugesMessage {
    const { model, actors: live } = this.#host;
    const actors: Record<string, ActorGauges> = {};
    for (const [path, load] of this.#host.loads()) actors[path] = load;
    const processes = this.#processes(model, actors);
    const host = { ...this.#ownUsage(), actors: model.size, processes, deadLetters: live?.deadLetters ?? 0, clients };
    return { type: 'gauges', at, host, actors };
  }

  close(): void {
    this.#loop.disable();
  }

  #processes(model: ReadModel, actors: Record<string, ActorGauges>): number {
    const known = new Map<number, Usage>();
    for (const [path, pid] of model.pids()) {
      const usage = readUsage(pid);
      if (!usage) continue;
      const at = performance.now();
      const before = this.#last.get(pid);
      const cpu = before ? Math.max(0, usage.ticks - before.ticks) / TICKS / ((at - before.at) / 1000) : 0;
      known.set(pid, { ticks: usage.ticks, at });
      actors[path] = { ...actors[path], cpu: round(cpu), rss: usage.rss };
    }
    this.#last = known;
    return known.size;
  }

  #ownUsage() {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage(this.#cpu);
    const at = performance.now();
    const cpu = (user + system) / 1000 / Math.max(1, at - this.#cpuAt);
    this.#cpu = process.cpuUsage();
    this.#cpuAt = at;
    const loopP99 = Math.max(0, this.#loop.percentile(99) / 1e6 - 10);
    this.#loop.reset();
    return { cpu: round(cpu), rss, heap: heapUsed, loopP99: round(loopP99) };
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** CPU ticks and resident bytes of a process; null when it is gone. */
function readUsage(pid: number): { readonly ticks: number; readonly rss: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return { ticks: Number(fields[11]) + Number(fields[12]), rss: Number(fields[21]) * pageSize() };
  } catch {
    // It ended between two looks.
    return null;
  }
}

let page = 0;

/** Found by what this process itself is said to have; there is no other way to ask. */
function pageSize(): number {
  if (page > 0) return page;
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const pages = Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[21]);
  const exact = process.memoryUsage.rss() / Math.max(1, pages);
  page = 2 ** Math.max(12, Math.round(Math.log2(exact)));
  return page;
}
