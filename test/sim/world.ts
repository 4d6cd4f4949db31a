import { type JobId, parseJobId } from '../../src/machines/ids/job-id.js';
import type { MethodServed } from '../../src/persistence/contract/jobs.js';
import type { Outcome } from '../../src/persistence/writer/group.js';
import type { OperationCall } from '../../src/persistence/writer/operations.js';
import { Checker } from './checker.js';
import { answerOf, type Entry } from './history.js';
import { copyOf, type Memory } from './memory.js';
import type { Random } from './random.js';
import type { Seen } from './seen.js';
import type { Saved, SimStore } from './store.js';

/** A pool of a simulated host that serves a queue. */
export interface Lane {
  readonly queue: string;
  readonly path: string;
  /** Null for programs: its attempts have processes of their own. */
  readonly methods: readonly MethodServed[] | null;
}

export interface Host {
  readonly id: string;
  /** `crashed`: nobody knows it yet. `over`: it has ended or was declared dead, and may try to write all the same. */
  status: 'up' | 'crashed' | 'over';
  readonly lanes: Lane[];
}

/** An attempt as it was given to a host. */
export interface Given {
  readonly owner: string;
  readonly jobId: JobId;
  readonly epoch: number;
  readonly attempt: number;
  readonly spawnId: string | null;
}

/** A world as it was at a moment, to go on from there more than once. */
export interface Captured {
  readonly saved: Saved;
  readonly memory: Memory;
  readonly now: number;
  readonly hosts: readonly Host[];
  readonly jobs: readonly JobId[];
  readonly given: readonly Given[];
  readonly history: readonly Entry[];
  readonly begun: ReadonlySet<string>;
  readonly count: number;
}

/** Hosts of one store, clients, and a clock, all played on one thread. */
export class World {
  now = 1_000_000;
  hosts: Host[] = [];
  /** Every job that was submitted. */
  jobs: JobId[] = [];
  /** Every attempt that was ever given out. */
  given: Given[] = [];
  history: Entry[] = [];
  /** What was broken, as it was found. */
  readonly found: string[] = [];
  /** Processes that were started. */
  begun = new Set<string>();
  checker = new Checker();
  seen: Seen;
  #count = 0;

  constructor(
    readonly store: SimStore,
    readonly random: Random,
    /** Of a random world, by which it is played again. */
    readonly seed: number | null = null,
  ) {
    store.clear();
    this.seen = store.look();
  }

  /** A number that was not there before. */
  next(): number {
    this.#count += 1;
    return this.#count;
  }

  nextJob(): JobId {
    return parseJobId(`job-${this.next().toString(36)}-0123456789abcdef`);
  }

  /** Performs calls in one transaction. Answers what became of them. */
  play(calls: readonly OperationCall[], commitFails = false): readonly Outcome[] {
    const outcomes = this.store.play(calls, this.now, { commitFails });
    this.seen = this.store.look();
    const entry: Entry = { at: this.now, calls, outcomes, commitFailed: commitFails, after: this.seen };
    this.history.push(entry);
    const where = this.history.length - 1;
    this.found.push(...this.checker.take(entry).map((what) => `${where}: ${what}`));
    for (const [index, call] of calls.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) this.#learn(call, outcome);
    }
    return outcomes;
  }

  #learn(call: OperationCall, outcome: Outcome): void {
    if (!outcome.ok) return;
    switch (call.name) {
      case 'hosts.register':
        this.hosts.push({ id: call.args.runId, status: 'up', lanes: [] });
        return;
      case 'hosts.fence':
      case 'hosts.end':
        this.#setOver(call.args.runId);
        return;
      case 'queues.serve': {
        const { owner, queue, path, methods } = call.args;
        this.host(owner)?.lanes.push({ queue, path, methods });
        return;
      }
      case 'jobs.submit':
        this.jobs.push(...(answerOf(call, outcome) ?? []).flatMap(({ jobId, existing }) => (existing ? [] : jobId)));
        return;
      case 'jobs.claim': {
        const { owner } = call.args;
        for (const { jobId, epoch, attempt, spawnId } of answerOf(call, outcome) ?? []) {
          this.given.push({ owner, jobId, epoch, attempt, spawnId });
        }
        return;
      }
      default:
    }
  }

  #setOver(id: string): void {
    const host = this.host(id);
    if (host !== undefined) host.status = 'over';
  }

  host(id: string): Host | undefined {
    return this.hosts.find((host) => host.id === id);
  }

  up(): Host[] {
    return this.hosts.filter(({ status }) => status === 'up');
  }

  /** Attempts of a host that run. */
  runningOf(owner: string): Given[] {
    const { running } = this.checker.memory;
    return this.given.filter((given) => {
      const current = running.get(given.jobId);
      return given.owner === owner && current?.owner === owner && current.epoch === given.epoch;
    });
  }

  /** Processes of a host that are not proven gone. */
  present(owner: string): string[] {
    const running = this.runningOf(owner).flatMap(({ spawnId }) => spawnId ?? []);
    return running.filter((spawnId) => !this.checker.memory.suspects.has(spawnId));
  }

  capture(): Captured {
    return {
      ...{ saved: this.store.save(), memory: copyOf(this.checker.memory), now: this.now, count: this.#count },
      hosts: this.hosts.map((host) => ({ ...host, lanes: [...host.lanes] })),
      jobs: [...this.jobs],
      given: [...this.given],
      history: [...this.history],
      begun: new Set(this.begun),
    };
  }

  restore({ saved, memory, now, hosts, jobs, given, history, begun, count }: Captured): void {
    this.store.load(saved);
    this.checker = new Checker(copyOf(memory));
    this.seen = memory.seen;
    this.now = now;
    this.hosts = hosts.map((host) => ({ ...host, lanes: [...host.lanes] }));
    this.jobs = [...jobs];
    this.given = [...given];
    this.history = [...history];
    this.begun = new Set(begun);
    this.#count = count;
  }
}
