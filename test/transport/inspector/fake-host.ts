import type { JournalEvent, NewJournalEvent } from '../../../src/machines/events.js';
import { finding } from '../../../src/machines/explain/findings/finding.js';
import type { HostPresence } from '../../../src/machines/process/process.js';
import type { InspectedHost, JournalTail } from '../../../src/transport/inspector/inspected-host.js';
import { ReadModel } from '../../../src/transport/inspector/model/read-model.js';
import type {
  SeenJob,
  SeenJobs,
  SeenQueue,
  SeenSchedule,
  SeenStory,
} from '../../../src/transport/inspector/seen/jobs.js';
import type { SeenRow, SeenRun } from '../../../src/transport/inspector/seen/records.js';

/** A host whose actors and journal are what the test says. */
export class FakeHost implements InspectedHost {
  readonly runId = 'host-1';
  readonly name = 'fake';
  readonly version = '0.0.0';
  readonly pid = 1;
  readonly startedAt = 0;
  ended = false;
  readonly actors = null;
  readonly model = new ReadModel(null);
  readonly events: JournalEvent[] = [];
  readonly seenRuns = new Map<string, SeenRun>();
  seenRows: SeenRow[] = [];
  seenQueues: SeenQueue[] = [];
  /** The newest first. */
  seenJobs: SeenJob[] = [];
  seenStories = new Map<string, SeenStory>();
  seenSchedules: SeenSchedule[] = [];
  /** How often jobs and schedules were read. */
  reads = 0;
  text = { stdout: '', stderr: '', truncated: false };
  looking = 0;
  #wake: (() => void)[] = [];

  constructor(public presence: HostPresence = 'living') {}

  hasEnded(): boolean {
    return this.ended;
  }

  /** Journals an event, as a commit does. */
  emit(event: NewJournalEvent): number {
    const seq = this.events.length + 1;
    this.events.push({ ...event, seq, runId: this.runId, at: seq });
    this.#wakeAll();
    return seq;
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  see(path: string, state: string, incarnation = 1, role = 'machine'): void {
    this.model.see({ path, state, incarnation, role, at: this.model.changes.revision + 1 });
  }

  readonly journal = {
    tail: (options: JournalTail) => this.#tail(options),
    head: async () => this.events.length,
    floor: async () => 0,
  };

  async *#tail({ after, follow, types, signal }: JournalTail): AsyncIterable<JournalEvent> {
    signal?.addEventListener('abort', () => this.#wakeAll(), { once: true });
    for (let at = after; ; ) {
      const event = this.events[at];
      if (event) {
        at += 1;
        if (!types || types.includes(event.type)) yield event;
        continue;
      }
      if (!follow || signal?.aborted) return;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      if (signal?.aborted) return;
    }
  }

  conceal(): void {}

  look(): () => void {
    this.looking += 1;
    return () => {
      this.looking -= 1;
    };
  }

  processes = async () => [];
  runs = async () => [...this.seenRuns.values()];
  run = async (run: string) => this.seenRuns.get(run) ?? null;
  rows = async () => this.seenRows;
  window = async () => ({ frontier: 0, inFlight: 0, waiting: 0, slots: [] });
  output = async () => ({ ...this.text, attempt: 1 });
  readonly jobs: SeenJobs = {
    queues: async () => this.#read(this.seenQueues),
    list: async ({ queue }, limit, before) => {
      const fitting = this.seenJobs.filter((job) => queue === undefined || job.queue === queue);
      const from = before === undefined ? 0 : fitting.findIndex(({ jobId }) => jobId === before) + 1;
      return this.#read(fitting.slice(from, from + limit));
    },
    story: async (job) => this.#read(this.seenStories.get(job) ?? null),
    family: async () => null,
    waits: async () => null,
    output: async (_, attempt = 1) => ({ ...this.text, attempt }),
    schedules: async () => this.#read(this.seenSchedules),
    schedule: async (name) => this.#read(this.seenSchedules.find((one) => one.name === name) ?? null),
    occurrences: async () => [],
  };
  #read<T>(value: T): T {
    this.reads += 1;
    return value;
  }
  logs = () => this.text;
  loads = () => [];
  why = async (about: string) => [
    finding('running', { about, sentences: [`Nothing happened to ${about}.`], evidence: [], at: 0 }),
  ];
  control = async () => ({ type: 'done' as const, what: 'done' });
}
