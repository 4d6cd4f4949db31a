import type { JournalEvent } from '../../../machines/events.js';
import { runOf } from '../model/runs.js';
import type { TimelineFilter, WireEvent } from '../protocol/wire.js';
import type { Redactor } from './redactor.js';

/** An event as it leaves the house. */
function wireEvent(event: JournalEvent, redactor: Redactor): WireEvent {
  const { seq, at, runId, type, path = null, incarnation = null, ctx = {}, data } = event;
  const { command, ...rest } = { command: undefined, ...data };
  const words = Array.isArray(command) ? { command: redactor.words(command.map(String)) } : {};
  const shown = redactor.value(rest);
  const fields = typeof shown === 'object' && shown !== null ? shown : {};
  const { command: _, ...plain } = { command: undefined, ...fields };
  return { seq, at, runId, type, path, incarnation, ctx: { ...ctx }, data: { ...plain, ...words } };
}

/** An event of the ring: as it is filtered, and as it is shown, once somebody asks for that. */
export class RingEvent {
  readonly seq: number;
  #wire: WireEvent | null = null;
  #text: string | null = null;
  #size: number | null = null;

  constructor(
    readonly event: JournalEvent,
    readonly redactor: Redactor,
  ) {
    this.seq = event.seq;
  }

  get wire(): WireEvent {
    this.#wire ??= wireEvent(this.event, this.redactor);
    return this.#wire;
  }

  /** Characters on the wire. */
  get size(): number {
    this.#size ??= JSON.stringify(this.wire).length;
    return this.#size;
  }

  /** Compares what is shown alone: a search must not find what is masked. */
  fits({ types, path, run, text }: TimelineFilter): boolean {
    const { event } = this;
    if (types && types.length > 0 && !types.some((type) => fitsType(event.type, type))) return false;
    if (path !== undefined && !isAtOrBelow(event.path, path)) return false;
    if (run !== undefined && runOf(event) !== run) return false;
    if (text === undefined || text === '') return true;
    this.#text ??= JSON.stringify(this.wire).toLowerCase();
    return this.#text.includes(text.toLowerCase());
  }
}

function fitsType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

function isAtOrBelow(path: string | undefined, top: string): boolean {
  if (path === undefined) return false;
  return path === top || top === '/' || path.startsWith(`${top}/`);
}
