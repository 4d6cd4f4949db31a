import type { GaugesMessage, ServerMessage } from '../protocol/wire.js';
import type { Feed } from './feed.js';

export interface GaugesFeedOptions {
  readonly id: number;
  /** The newest sample. */
  latest(): GaugesMessage | null;
  onClose(): void;
}

/** One client's view of the gauges: the newest sample each time, however many it missed. */
export class GaugesFeed implements Feed {
  readonly #options: GaugesFeedOptions;
  #at: number | null = null;

  constructor(options: GaugesFeedOptions) {
    this.#options = options;
  }

  next(): readonly ServerMessage[] | null {
    const latest = this.#options.latest();
    const news: ServerMessage[] = [];
    if (this.#at === null) {
      const { id } = this.#options;
      news.push({ type: 'snapshot', id, rev: 0, seq: 0, content: { view: 'gauges' } });
      this.#at = 0;
    }
    if (latest && latest.at > this.#at) {
      news.push(latest);
      this.#at = latest.at;
    }
    return news.length > 0 ? news : null;
  }

  close(): void {
    this.#options.onClose();
  }
}
