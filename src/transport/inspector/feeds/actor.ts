import type { InspectionEvent } from 'xstate';
import type { Position, ServerMessage } from '../protocol/wire.js';
import type { LiveActor } from '../seen/actors.js';
import type { Viewer } from '../shown/viewed.js';
import type { Feed } from './feed.js';
import { Happenings } from './happenings.js';

export interface ActorFeedOptions {
  readonly id: number;
  readonly path: string;
  readonly observe: boolean;
  readonly resume: Position | null;
  readonly viewer: Viewer;
  seq(): number;
  now(): number;
}

/** One client's view of one actor. While it stands, each change inside the actor is heard of. */
export class ActorFeed implements Feed {
  readonly #options: ActorFeedOptions;
  readonly #happenings: Happenings;
  #rev: number | null;
  #watched: LiveActor | undefined;
  #stop: () => void = () => undefined;

  constructor(options: ActorFeedOptions) {
    this.#options = options;
    this.#rev = options.resume?.rev ?? null;
    this.#happenings = new Happenings(options.viewer.redactor);
    this.#watch();
  }

  next(): readonly ServerMessage[] | null {
    this.#watch();
    const { id } = this.#options;
    const news = this.#news();
    const { items, dropped } = this.#happenings.take();
    if (items.length > 0) news.push({ type: 'observed', id, items, dropped });
    return news.length > 0 ? news : null;
  }

  close(): void {
    this.#stop();
  }

  #news(): ServerMessage[] {
    const { id, path, viewer } = this.#options;
    const rev = viewer.model.changes.at(path);
    if (this.#rev !== null && rev <= this.#rev) return [];
    const actor = viewer.detail(path);
    const isFirst = this.#rev === null;
    this.#rev = rev;
    const seq = this.#options.seq();
    if (isFirst || actor === null) return [{ type: 'snapshot', id, rev, seq, content: { view: 'actor', actor } }];
    return [{ type: 'delta', id, rev, seq, content: { view: 'actor', actor } }];
  }

  /** Looks at the incarnation that lives now. */
  #watch(): void {
    const { path, observe, viewer, now } = this.#options;
    const live = viewer.model.live(path);
    if (live?.incarnation === this.#watched?.incarnation) return;
    this.#stop();
    this.#watched = live;
    const stopWatching = live?.watch(() => viewer.model.touch(path, now()));
    const heard = (event: InspectionEvent) => {
      this.#happenings.add(event, now());
      viewer.model.onChange();
    };
    const stopObserving = observe ? live?.observe(heard) : undefined;
    this.#stop = () => {
      stopWatching?.();
      stopObserving?.();
    };
  }
}
