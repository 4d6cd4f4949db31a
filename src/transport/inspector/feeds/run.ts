import type { RunRef } from '../../../ids.js';
import type { InspectedHost } from '../inspected-host.js';
import type { RunModel } from '../model/runs.js';
import { runInfo } from '../model/runs.js';
import type { RunDetail, ServerMessage } from '../protocol/wire.js';
import type { SeenRun } from '../seen/records.js';
import type { Viewer } from '../shown/viewed.js';
import type { Feed } from './feed.js';

/** Slots of the window, and rows, that are shown. */
const WINDOW = 512;
const ROWS = 100;

/** A run is read from the store that often at most, in milliseconds. */
const READ_MS = 250;

export interface RunFeedOptions {
  readonly id: number;
  readonly run: RunRef;
  readonly runs: RunModel;
  readonly host: InspectedHost;
  readonly viewer: Viewer;
  seq(): number;
  now(): number;
}

/** One client's view of one run. */
export class RunFeed implements Feed {
  readonly #options: RunFeedOptions;
  #rev: number | null = null;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: RunFeedOptions) {
    this.#options = options;
  }

  next(): readonly ServerMessage[] | null | Promise<readonly ServerMessage[]> {
    const { run, runs, now } = this.#options;
    const rev = runs.changes.at(run);
    if (this.#rev !== null && rev <= this.#rev) return null;
    // There is more, and it will be said: not yet.
    if (now() - this.#readAt < READ_MS) return [];
    this.#readAt = now();
    return this.#read(rev);
  }

  close(): void {
    // It holds nothing but its place.
  }

  async #read(rev: number): Promise<readonly ServerMessage[]> {
    const { id, run, host } = this.#options;
    const found = await host.run(run);
    const detail = found && (await this.#detail(found));
    const isFirst = this.#rev === null;
    this.#rev = rev;
    const seq = this.#options.seq();
    if (isFirst || detail === null) return [{ type: 'snapshot', id, rev, seq, content: { view: 'run', run: detail } }];
    return [{ type: 'delta', id, rev, seq, content: { view: 'run', run: detail } }];
  }

  async #detail(run: SeenRun): Promise<RunDetail> {
    const { host, viewer } = this.#options;
    const [window, rows] = await Promise.all([host.window(run, WINDOW), host.rows(run.run, 'newest', ROWS)]);
    const { frontier, inFlight, waiting, slots } = window;
    return {
      info: viewer.run(runInfo(run)),
      frontier,
      inFlight,
      waiting,
      window: slots.map(({ index, stage, status }) => ({ index, stage, status })),
      rows: rows.map((row) => viewer.row(row)),
    };
  }
}
