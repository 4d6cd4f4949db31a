import { z } from 'zod';
import { EspalierError } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { NewJournalEvent } from '../../machines/events.js';
import { type EventRow, type EventText, storedEvent } from '../forms/event.js';
import type { Connection } from './connection.js';

/** A call of an operation of the user's. */
export interface UserCall {
  readonly operation: string;
  /** Its arguments, as JSON text. */
  readonly args: string;
  /** Who calls it: a host, or a command line, which is ''. */
  readonly by: RunId | '';
  /** The job whose success it goes with, and what that came to, as JSON text; null when it is called by itself. */
  readonly job: { readonly jobId: string; readonly result: string | null } | null;
}

/** The operations of the user, which run in our transactions. */
export interface UserOperations {
  readonly names: readonly string[];
  /** Answers what it answers, as JSON text. @throws whatever it throws: what it has done is then the caller's to undo */
  call(tx: Transaction, call: UserCall): string;
}

const NO_OPERATIONS: UserOperations = {
  names: [],
  call: (_, { operation }) => {
    throw new EspalierError('ESP_NOT_FOUND', `no operation ${operation}: this host was given none`, {
      context: { operation },
    });
  },
};

/** What an operation works with: the connection, inside a transaction, the time, and the journal. */
export class Transaction {
  readonly db: Connection;
  /** Milliseconds since the epoch, the same for the whole group. */
  readonly now: number;
  #events: EventRow[] = [];
  /** Hosts that were found alive: nobody else writes meanwhile. */
  readonly #live = new Set<string>();

  constructor(
    db: Connection,
    now: number,
    readonly operations: UserOperations = NO_OPERATIONS,
  ) {
    this.db = db;
    this.now = now;
  }

  /** What has been journalled in this transaction so far, in `seq` order. */
  get events(): readonly EventRow[] {
    return this.#events;
  }

  /** Forgets what was journalled after the first `count` events, and what was found, because it was rolled back. */
  undo(count: number): void {
    this.#events.length = count;
    this.#live.clear();
  }

  /** Journals an event of a host. Answers its `seq`. */
  journal(runId: RunId, event: NewJournalEvent): number {
    return this.journalText(runId, storedEvent(event));
  }

  /** Journals an event whose parts are JSON text already. */
  journalText(runId: RunId, event: EventText): number {
    const { type, path, incarnation, ctx, data } = event;
    const seq = this.db.insert(INSERT_EVENT, runId, this.now, type, path, incarnation, ctx, data);
    this.#events.push({ seq, run_id: runId, at: this.now, type, path, incarnation, ctx, data });
    return seq;
  }

  /**
   * The fence: every write on behalf of a host asks this first.
   *
   * @throws `ESP_FENCED` when the host has ended, was declared dead, or is not in the store
   */
  requireLive(runId: RunId): void {
    if (this.#live.has(runId)) return;
    const host = this.db.one(fenceRow, 'SELECT ended FROM hosts WHERE run_id = ?', runId);
    if (host !== undefined && host.ended === null) {
      this.#live.add(runId);
      return;
    }
    throw new EspalierError('ESP_FENCED', `the host ${runId} may not write: ${whyFenced(host?.ended)}`, {
      context: { runId },
    });
  }

  /** A host ends in this transaction: from here on it may not write. */
  fence(runId: RunId): void {
    this.#live.delete(runId);
  }
}

const INSERT_EVENT = 'INSERT INTO events (run_id, at, type, path, incarnation, ctx, data) VALUES (?, ?, ?, ?, ?, ?, ?)';

const fenceRow = z.object({ ended: z.enum(['stopped', 'dead']).nullable() });

function whyFenced(ended: 'stopped' | 'dead' | null | undefined): string {
  if (ended === 'dead') return 'another host declared it dead and took its work';
  return ended === 'stopped' ? 'it has ended' : 'it is not registered';
}
