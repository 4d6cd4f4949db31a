import type { RunRef } from '../../../ids.js';
import type { HostPresence } from '../../../machines/process/process.js';
import { type FeedSources, makeFeed } from '../feeds/make.js';
import type { InspectedHost } from '../inspected-host.js';
import { LIMITS } from '../limits.js';
import { type Hello, PROTOCOL_VERSION, type ServerMessageOf } from '../protocol/wire.js';
import { Follower } from '../shown/follower.js';
import type { Redactor } from '../shown/redactor.js';
import { Ring } from '../shown/ring.js';
import { DigestKeeper } from '../shown/tree-digest.js';
import { Viewer } from '../shown/viewed.js';
import { Answers } from './answers.js';
import { Gauges } from './gauges.js';
import { Rounds } from './rounds.js';
import { Sampler } from './sampler.js';
import { Session } from './session.js';
import { Shared } from './shared.js';
import type { Sink } from './sink.js';
import { Watches } from './watches.js';

export interface HubOptions {
  readonly host: InspectedHost;
  readonly redactor: Redactor;
  readonly control: boolean;
  /** What failed behind the scenes. */
  onFault(error: unknown): void;
}

type End = ServerMessageOf<'end'>['reason'];

/** The subscription service: one read model for all clients, whatever the encoder. Without a client it does nothing. */
export class Hub {
  readonly options: HubOptions;
  readonly viewer: Viewer;
  readonly answers: Answers;
  readonly ring: Ring;
  readonly follower: Follower;
  readonly #sessions = new Set<Session>();
  readonly #rounds: Rounds;
  readonly #epoch: string;
  readonly #sources: FeedSources;
  readonly #tree: Shared<{ readonly digest: DigestKeeper; readonly watches: Watches }>;
  readonly #gauges: Shared<Sampler>;
  readonly #following: Shared<Promise<void>>;
  #end: End | null = null;
  #presence: HostPresence;

  constructor(options: HubOptions) {
    const { host, redactor, control, onFault } = options;
    this.options = options;
    this.#presence = host.presence;
    this.#epoch = `${host.runId}/${process.pid}/${Date.now().toString(36)}`;
    this.viewer = new Viewer(host.model, redactor);
    this.answers = new Answers(host, this.viewer, control);
    this.ring = new Ring(redactor);
    this.follower = new Follower(host, this.ring);
    this.#rounds = new Rounds(this.#sessions, {
      before: () => this.#before(),
      after: (session) => this.#after(session),
      onFault,
    });
    const wake = () => this.#rounds.wake();
    host.model.onChange = wake;
    this.follower.processes.onChange = wake;
    this.follower.runs.onChange = wake;
    this.#tree = new Shared(
      () => this.#makeTree(),
      ({ watches }) => watches.close(),
    );
    this.#gauges = new Shared(
      () => new Sampler(new Gauges(host), () => this.#sessions.size, wake),
      (sampler) => sampler.close(),
    );
    const start = () => this.follower.start(() => this.#heard(), onFault);
    this.#following = new Shared(start, () => this.follower.stop());
    this.#sources = this.#makeSources();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How the stream of this host, or of one run, has ended; null while more may come. */
  endOf(run: RunRef | undefined): End | null {
    if (run !== undefined && this.follower.runs.isCompleted(run)) return 'completed';
    return this.#end ?? (this.options.host.presence === 'gone' ? 'dead' : null);
  }

  /** A client has come. It hears `hello` first, once everything that happened before is known. */
  open(sink: Sink): Session | null {
    if (this.#end !== null || this.#sessions.size >= LIMITS.clients) {
      sink.end(this.#end === null ? 'too many clients' : 'the system has stopped');
      return null;
    }
    const release = this.#follow();
    const session = new Session({
      sink,
      answers: this.answers,
      now: Date.now,
      seq: () => this.ring.head,
      feed: (id, view, resume) => {
        // The journal is the same for all; revisions are those of one read model.
        const isKnown = resume === null || resume.epoch === this.#epoch || view.type === 'timeline';
        if (!isKnown) session.say({ type: 'resync', id, reason: 'epoch' });
        return makeFeed(this.#sources, id, view, isKnown ? resume : null);
      },
      wake: () => this.#rounds.wake(),
      onClose: () => {
        this.#sessions.delete(session);
        release();
      },
    });
    void this.#welcome(session);
    return session;
  }

  /** Has the models up to date while `act` runs. */
  async use<T>(act: () => T | Promise<T>): Promise<T> {
    const release = this.#follow();
    try {
      await this.#following.value;
      return await act();
    } finally {
      release();
    }
  }

  /** The end: everybody is told what is still to be told, and that nothing follows. */
  async close(reason: End): Promise<void> {
    if (this.#end !== null) return;
    this.#end = reason;
    if (this.#sessions.size > 0) await this.#finish(reason);
    this.#rounds.close();
    this.follower.stop();
  }

  hello(): Hello {
    const { host, control } = this.options;
    const { version, runId, name, presence, pid, startedAt } = host;
    const source = host.actors === null ? ('store' as const) : ('host' as const);
    const about = { version, runId, name, presence, source, pid, startedAt, control };
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      ...about,
      at: Date.now(),
      epoch: this.#epoch,
      seq: this.ring.head,
    };
  }

  async #welcome(session: Session): Promise<void> {
    try {
      await this.#following.value;
      session.say(this.hello());
      if (this.#end !== null) return this.#farewell(session, this.#end);
      this.#sessions.add(session);
      this.#rounds.wake();
    } catch (error) {
      this.options.onFault(error);
      session.close('the store cannot be read');
    }
  }

  /** Somebody looks. When nobody has for a while, nothing is followed any more. */
  #follow(): () => void {
    const release = this.#following.use();
    return () => void setTimeout(release, LIMITS.lingerMs).unref();
  }

  #heard(): void {
    if (this.follower.runs.hasStale) this.#refreshRuns();
    this.#rounds.wake();
  }

  #isRefreshing = false;

  /** What many events say of a run is read once. */
  #refreshRuns(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    setTimeout(async () => {
      try {
        await this.follower.refreshRuns();
      } catch (error) {
        if (this.#end === null) this.options.onFault(error);
      } finally {
        this.#isRefreshing = false;
        if (this.follower.runs.hasStale && this.#end === null) this.#refreshRuns();
      }
    }, LIMITS.runsMs).unref();
  }

  async #finish(reason: End): Promise<void> {
    const { journal } = this.options.host;
    const head = await journal.head().catch(() => this.ring.head);
    const deadline = Date.now() + LIMITS.farewellMs;
    while (this.ring.head < head && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    await this.#rounds.last();
    for (const session of [...this.#sessions]) this.#farewell(session, reason);
  }

  #farewell(session: Session, reason: End): void {
    session.say({ type: 'end', seq: this.ring.head, reason });
    session.close(reason);
  }

  #makeSources(): FeedSources {
    return {
      host: this.options.host,
      viewer: this.viewer,
      follower: this.follower,
      ring: this.ring,
      now: Date.now,
      latestGauges: () => this.#gauges.value?.latest ?? null,
      useTree: () => this.#tree.use(),
      useGauges: () => this.#gauges.use(),
    };
  }

  #makeTree() {
    const watches = new Watches(this.options.host.model, Date.now);
    return { watches, digest: new DigestKeeper(this.viewer, (path) => watches.update(path)) };
  }

  #before(): void {
    this.#meetAgain();
    this.#tree.value?.digest.advance();
  }

  /** What clients were told of the host when they came is true no more: they come again, and go on where they were. */
  #meetAgain(): void {
    const { presence } = this.options.host;
    if (presence === this.#presence) return;
    this.#presence = presence;
    for (const session of [...this.#sessions]) session.close(`the host is ${presence}`);
  }

  #after(session: Session): void {
    const digest = this.#tree.value?.digest;
    if (!digest || digest.rev === 0 || !session.isDigestDue()) return;
    const { rev, value, size } = digest;
    for (const [id, view] of session.views()) {
      if (view.type === 'tree') session.say({ type: 'digest', id, rev, digest: value, actors: size });
    }
  }
}
