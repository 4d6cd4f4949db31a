import { EspalierError } from '../errors.js';
import type { ActorExit } from '../machines/exits/exit.js';
import { reasonOf } from './reporter.js';

/** Whether a system ends, and how and why: the first reason stands, for what follows is its consequence. */
export class Ending {
  #stopping: Promise<void> | null = null;
  #isByItself = false;
  #exit: ActorExit = { kind: 'shutdown' };

  /** @param name of the system, for messages */
  constructor(readonly name: string) {}

  /** Whether it stops, or has stopped. */
  get hasBegun(): boolean {
    return this.#stopping !== null;
  }

  /** Whether the tree has ended although nobody stopped it. */
  get isByItself(): boolean {
    return this.#isByItself;
  }

  get exit(): ActorExit {
    return this.#exit;
  }

  /** Stops, unless that has begun; resolves when everything is gone. */
  begin(stop: () => Promise<void>): Promise<void> {
    this.#stopping ??= stop();
    return this.#stopping;
  }

  /** The tree has ended by itself. False if that was known: then this end is a consequence. */
  leave(exit: ActorExit): boolean {
    if (this.#isByItself) return false;
    this.#exit = exit;
    this.#isByItself = true;
    return true;
  }

  /** @throws EspalierError `ESP_STOPPED`, with what ended the tree as its cause, once the system stops */
  requireRunning(): void {
    if (!this.hasBegun) return;
    const why = this.#isByItself ? `ended by itself, after ${reasonOf(this.#exit)}` : 'stopped';
    const cause = this.#exit.kind === 'crash' ? this.#exit.error : undefined;
    throw new EspalierError('ESP_STOPPED', `the system ${this.name} has ${why}`, { cause });
  }

  /** A tree that has ended meanwhile is being stopped: nothing may start behind it. @throws what ended it, or `ESP_STOPPED` */
  requireTree(): void {
    if (this.#exit.kind === 'crash') throw this.#exit.error;
    this.requireRunning();
  }
}
