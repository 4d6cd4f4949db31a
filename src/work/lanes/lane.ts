import { own } from '../../actors/cell/outside-events.js';
import type { Clock } from '../../clock.js';
import { isEspalierError } from '../../errors.js';
import type { JournalEventType } from '../../machines/events.js';
import { type LaneCommand, type LaneEvent, laneMachine } from '../../machines/work/lane/machine.js';
import type { ClaimedJob, JobStore, JournalStore } from '../../persistence/store.js';
import { ASK_AGAIN_MS, isRefusal } from '../../store-refusal.js';
import type { Backend } from '../backends/contract.js';
import { Line } from '../dispatch/line.js';
import { Executions, type ExecutionsServices } from './executions.js';
import type { Room, Share } from './room.js';

export interface LaneServices extends ExecutionsServices {
  readonly jobs: Pick<JobStore, 'claim' | 'finish' | 'release' | 'spend' | 'serve' | 'leave' | 'wanted'>;
  readonly journal: Pick<JournalStore, 'watch'>;
  readonly clock: Clock;
  newSpawnId(): string;
  /** Nothing of this host is at work any more: a job that waits to be alone may start, whichever its queue. */
  onIdle(): void;
  /** How many attempts all lanes of this host have at work. */
  readonly atWork: { count: number };
  /** What failed where nobody waits for it. */
  onFault(error: unknown): void;
}

/** A pool that serves a queue. */
export interface LanePlace {
  readonly queue: string;
  /** Of the pool. */
  readonly path: string;
  /** Of the pool, which other lanes may feed too. */
  readonly room: Room;
  line(): Backend;
}

/** What may make something startable. A job that was parked made way: the next one may have been hidden by it. */
const NEWS = ['job.submitted', 'job.queued', 'job.parked', 'queue.resumed'] as const;

/**
 * Feeds one pool with the jobs of one queue: the lane's machine decides when to claim, the store and the place do. One lane
 * serves one incarnation.
 */
export class Lane {
  readonly #line: Line;
  readonly #executions: Executions;
  readonly #over = new AbortController();
  readonly #share: Share & Disposable;
  /** What the pool can take, whoever feeds it. */
  #slots = 0;
  /** What is at work, until its end is on disk. */
  readonly #running = new Set<Promise<void>>();
  #tell: (event: LaneEvent) => void = () => undefined;
  /** The methods that were announced last, as text. */
  #announced: string | null = null;

  constructor(
    readonly services: LaneServices,
    readonly place: LanePlace,
  ) {
    this.#line = new Line(place.line(), services.clock, {
      capacity: (slots) => this.#capacity(slots),
      closed: () => this.#leave(),
    });
    this.#executions = new Executions(services, this.#line);
    this.#share = place.room.share(() => this.#tellRoom());
  }

  logic() {
    const logic = laneMachine.provide({
      actions: {
        perform: ({ self }, command) => {
          this.#tell = (event) => self.getSnapshot().status === 'active' && self.send(event);
          this.#perform(command);
        },
      },
    });
    return { logic: own(logic) };
  }

  /** There may be something to claim. */
  wake(): void {
    this.#tell({ type: 'news' });
  }

  /** Ends what a crashed incarnation left at work; resolves when all of it is on disk, or owed to it. */
  async abandon(): Promise<void> {
    this.#stop();
    await Promise.allSettled([...this.#running]);
    this.#line.close();
    this.#share[Symbol.dispose]();
  }

  #perform(command: LaneCommand): void {
    switch (command.type) {
      case 'open':
        this.#line.open();
        void this.#hear(NEWS, () => this.wake());
        return void this.#hear(['job.wanted'], () => this.#endWanted());
      case 'claim':
        return this.#track(this.#claim(command.count));
      case 'wait':
        return void this.services.clock.setTimeout(() => this.wake(), ASK_AGAIN_MS);
      case 'stop':
        return this.#stop();
      default:
        command satisfies never;
    }
  }

  #stop(): void {
    this.#over.abort();
    this.#line.stop();
  }

  #capacity(slots: number): void {
    if (slots > 0) this.#announce();
    this.#slots = slots;
    this.#tellRoom();
  }

  #tellRoom(): void {
    this.#tell({ type: 'capacity.changed', slots: Math.max(0, this.#slots - this.#share.others) });
  }

  /** Says in the store what is served here: who asks why a job waits is answered from that. */
  #announce(): void {
    const { methods } = this.#line.backend.describe();
    const text = JSON.stringify(methods);
    if (text === this.#announced) return;
    this.#announced = text;
    const { queue, path } = this.place;
    const { jobs, runId, onFault } = this.services;
    jobs.serve({ owner: runId, queue, path, methods }).then(() => this.wake(), onFault);
  }

  /** The pool has ended for good: its jobs wait for another host, or for one that is started anew. */
  #leave(): void {
    const { queue, path } = this.place;
    const { jobs, runId, onFault } = this.services;
    this.#announced = null;
    this.#slots = 0;
    this.#tellRoom();
    jobs.leave({ owner: runId, queue, path }).catch(onFault);
  }

  async #claim(count: number): Promise<void> {
    const { jobs, runId, newSpawnId, onFault } = this.services;
    const { path, methods, registers } = this.#line.backend.describe();
    const processes = registers ? Array.from({ length: count }, () => ({ spawnId: newSpawnId(), path })) : [];
    this.#share.change(count);
    let taken = 0;
    try {
      const claimed = await jobs.claim({ owner: runId, queue: this.place.queue, methods, count, processes });
      taken = claimed.length;
      for (const job of claimed) this.#track(this.#execute(job));
      this.#tell({ type: 'claimed', count: claimed.length, more: claimed.length === count });
    } catch (error) {
      this.#tell({ type: 'claim.failed' });
      if (!isRefusal(error)) onFault(error);
    }
    if (taken < count) this.#share.change(taken - count);
  }

  async #execute(job: ClaimedJob): Promise<void> {
    const { atWork, onFault, onIdle } = this.services;
    atWork.count += 1;
    try {
      await this.#executions.run(job);
    } catch (error) {
      onFault(error);
    }
    atWork.count -= 1;
    this.#share.change(-1);
    this.#tell({ type: 'ended' });
    if (atWork.count === 0) onIdle();
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** What is wished from outside is asked for whenever somebody wishes something: the wish itself may have been overtaken. */
  async #endWanted(): Promise<void> {
    const { jobs, runId } = this.services;
    this.#executions.stop(await jobs.wanted(runId));
  }

  /** Looks at once, and again whenever something of these types is journalled about the queue. */
  async #hear(types: readonly JournalEventType[], look: () => unknown): Promise<void> {
    const { journal, onFault } = this.services;
    const { signal } = this.#over;
    using watch = journal.watch({ queue: this.place.queue }, types);
    while (!signal.aborted) {
      try {
        await look();
        await watch.next(signal);
      } catch (error) {
        if (signal.aborted || isStopped(error)) return;
        onFault(error);
      }
    }
  }
}

/** The store has been closed: nothing will be heard any more. */
function isStopped(error: unknown): boolean {
  return isEspalierError(error) && error.code === 'ESP_STOPPED';
}
