import { EspalierError } from '../../../errors.js';
import type { ProcessIdentity } from '../../../machines/process.js';
import type {
  GroupEnd,
  Launched,
  Launcher,
  LauncherEvents,
  LaunchOrder,
  Reservation,
  SweepTarget,
} from '../launcher/launcher.js';
import { nowTicks } from '../proc.js';
import type { SweepReport } from '../spawner.js';
import { SentEnvironments } from './environments.js';
import { type Answer, ForkerLink, type Unnumbered } from './link.js';
import type { ToHost } from './messages.js';

/** How long a forker may take to leave once it has closed, in milliseconds. */
const LEAVE_MS = 5_000;
/** Forkers that end before they are ready, in a row, until starting programs is refused. */
const MOST_FAILURES = 3;

export interface ForkerInfo {
  readonly identity: ProcessIdentity;
  readonly generation: number;
}

export interface RemoteLauncherOptions {
  readonly runId: string;
  readonly directory: string;
  /** Awaited before the forker starts its first program, so that it can be written down. */
  readonly onForker: (forker: ForkerInfo) => void | Promise<void>;
  readonly onForkerExit: (forker: ForkerInfo) => void;
}

interface Waiter {
  readonly resolve: (reservation: Reservation) => void;
  readonly reject: (error: EspalierError) => void;
}

/** One forker with its stock of FIFOs and the programs that it runs. */
interface Era {
  readonly generation: number;
  readonly link: ForkerLink;
  /** Registered, and what the one before it left is gone. */
  readonly usable: Promise<ForkerInfo>;
  readonly running: Map<string, () => void>;
  readonly waiting: Waiter[];
  readonly environments: SentEnvironments;
  registered: boolean;
  made: number;
  taken: number;
}

/** The launcher that forks in another process, and in a new one when that dies. */
export class RemoteLauncher implements Launcher {
  readonly #startTicks = nowTicks();
  #era: Era;
  #generation = 0;
  #failures = 0;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: RemoteLauncherOptions,
    private readonly events: LauncherEvents,
  ) {
    this.#era = this.#begin();
  }

  /** The forker of now, once it can be used. */
  get current(): Promise<ForkerInfo> {
    return this.#era.usable;
  }

  async reserve(): Promise<Reservation> {
    if (this.#closed !== undefined) throw stopped();
    if (!this.#era.link.alive && this.#failures < MOST_FAILURES) this.#era = this.#begin();
    const era = this.#era;
    if (era.registered && era.taken < era.made) return take(era);
    const release = era.link.hold();
    try {
      await era.usable;
      if (era.taken < era.made) return take(era);
      era.link.tell({ t: 'refill', taken: era.taken });
      return await new Promise((resolve, reject) => era.waiting.push({ resolve, reject }));
    } finally {
      release();
    }
  }

  async launch(order: LaunchOrder, generation: number): Promise<Launched> {
    const era = this.#era;
    if (generation !== era.generation) throw new EspalierError('ESP_SPAWN', 'the forker process died before the start');
    const { env, ...shared } = order;
    const done = era.link.hold();
    era.running.set(order.spawnId, done);
    try {
      const answer = await era.link.ask({ t: 'launch', order: shared, env: era.environments.slotOf(env) });
      if (answer.t !== 'launched') throw mismatch(answer);
      return { pid: answer.pid, startTicks: answer.startTicks };
    } catch (error) {
      era.running.delete(order.spawnId);
      done();
      throw error;
    }
  }

  signal(spawnId: string, signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void {
    if (this.#era.running.has(spawnId)) this.#era.link.tell({ t: 'signal', spawnId, signal });
  }

  async killGroup(spawnId: string, generation: number): Promise<GroupEnd | null> {
    const era = this.#era;
    if (generation === era.generation && era.link.alive && this.#closed === undefined) {
      const answer = await this.#askOf(era, { t: 'kill', spawnId });
      if (answer?.t === 'killed') return answer.pinnedUntil === null ? null : { pinnedUntil: answer.pinnedUntil };
    }
    await this.#successor();
    return null;
  }

  async sweep(target: SweepTarget): Promise<SweepReport> {
    for (;;) {
      const era = await this.#successor();
      if (era === null) return { killed: [], suspects: [], clean: true };
      const answer = await this.#askOf(era, { t: 'sweep', target });
      if (answer?.t === 'swept') return answer.report;
    }
  }

  /** The answer, or null when the forker died over the question. */
  async #askOf(era: Era, question: Unnumbered): Promise<Answer | null> {
    try {
      return await era.link.ask(question);
    } catch (error) {
      if (era.link.alive) throw error;
      return null;
    }
  }

  /**
   * A usable forker: whatever the ones before it started has lost its lifeline and was swept. Null after `close`, which
   * proves as much. Rejects with `ESP_QUARANTINED` when forkers keep dying, so that nothing can be proven.
   */
  async #successor(): Promise<Era | null> {
    for (;;) {
      if (this.#closed !== undefined) {
        await this.#closed;
        return null;
      }
      const era = this.#era;
      const usable = await era.usable.then(
        () => true,
        () => false,
      );
      if (usable && era.link.alive) return era;
      if (era === this.#era && this.#closed === undefined) {
        throw new EspalierError('ESP_QUARANTINED', 'no forker process stays alive to prove what the last one left');
      }
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { link, waiting } = this.#era;
    for (const waiter of waiting.splice(0)) waiter.reject(stopped());
    let failure: unknown;
    if (link.alive) await link.ask({ t: 'close' }).catch((error: unknown) => (failure = error));
    await link.leave(LEAVE_MS);
    if (failure !== undefined) throw failure;
  }

  #begin(): Era {
    const generation = ++this.#generation;
    const link: ForkerLink = new ForkerLink({
      ...this.options,
      generation,
      onMessage: (message) => this.#notice(era, message),
      onEnd: (why) => this.#end(era, why),
    });
    const usable = this.#prepare(generation, link);
    const era: Era = {
      generation,
      link,
      usable,
      running: new Map(),
      waiting: [],
      environments: new SentEnvironments((slot, env) => link.tell({ t: 'env', slot, env })),
      registered: false,
      made: 0,
      taken: 0,
    };
    usable.then(
      () => {
        era.registered = true;
      },
      () => undefined,
    );
    return era;
  }

  async #prepare(generation: number, link: ForkerLink): Promise<ForkerInfo> {
    const forker = { identity: await link.ready, generation };
    this.#failures = 0;
    await this.options.onForker(forker);
    if (generation > 1) {
      const cookies = [`${this.options.runId}.`];
      await link.ask({ t: 'sweep', target: { cookies, startTicks: this.#startTicks, sessions: [] } });
    }
    return forker;
  }

  #notice(era: Era, message: Extract<ToHost, { t: 'fifos' | 'exited' }>): void {
    switch (message.t) {
      case 'exited':
        era.running.get(message.spawnId)?.();
        era.running.delete(message.spawnId);
        return this.events.exited(message.spawnId, { code: message.code, signal: message.signal });
      case 'fifos':
        era.made = message.made;
        return this.#serve(era, message.failure);
      default:
        return message satisfies never;
    }
  }

  #serve(era: Era, failure: string | null): void {
    while (era.taken < era.made) {
      const waiter = era.waiting.shift();
      if (waiter === undefined) return;
      waiter.resolve(take(era));
    }
    if (failure !== null)
      for (const waiter of era.waiting.splice(0)) waiter.reject(new EspalierError('ESP_SPAWN', failure));
    else if (era.waiting.length > 0) era.link.tell({ t: 'refill', taken: era.taken });
  }

  /** The forker is gone: nobody will say how its programs ended, and a new one is needed to prove that they did. */
  #end(era: Era, why: EspalierError): void {
    for (const waiter of era.waiting.splice(0)) waiter.reject(why);
    for (const [spawnId, done] of era.running) {
      done();
      this.events.exited(spawnId, { code: null, signal: null });
    }
    era.running.clear();
    era.usable.then(this.options.onForkerExit, () => this.#failures++);
    if (this.#closed === undefined && this.#failures < MOST_FAILURES) this.#era = this.#begin();
  }
}

function take(era: Era): Reservation {
  return { generation: era.generation, pair: era.taken++ };
}

function stopped(): EspalierError {
  return new EspalierError('ESP_STOPPED', 'this host has stopped; it starts no more programs');
}

function mismatch(answer: { t: string }): EspalierError {
  return new EspalierError('ESP_SPAWN', `the forker answered ${answer.t} to another question`);
}
