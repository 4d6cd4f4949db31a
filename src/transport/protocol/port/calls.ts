import { EspalierError, toError } from '../../../errors.js';
import { TransientMap } from '../../../transient-map.js';
import { ChunkReceiver } from '../chunk-receiver.js';
import { ChunkSender } from '../chunk-sender.js';
import type { AnswerMessage, CallContextIds } from '../messages.js';
import { RemoteError } from '../remote-error.js';
import {
  type CallOutcome,
  type CallRequest,
  type ConnectionEnd,
  type JobOfCall,
  type OpenCall,
  type OpenStream,
  stateAtEnd,
} from './call.js';
import type { Link } from './link.js';

interface Entry {
  readonly id: number;
  readonly request: CallRequest;
  /** The number of the write that carries it. */
  readonly batch: number;
  readonly settled: (outcome: CallOutcome) => void;
  /** Null for a call that expects one result, until it is answered with a stream all the same. */
  receiver: ChunkReceiver | null;
  sender: ChunkSender | null;
  started: boolean;
  cancelled: boolean;
  /** What the caller gets in place of the worker's answer: the fault was found here. */
  fault: Error | null;
}

/** The calls that a host has open in one worker. */
export class Calls {
  readonly #open = new TransientMap<number, Entry>();
  readonly #link: Link;
  #lastId = 0;
  /** Answers to calls that are not open: of a worker that answered twice. */
  strays = 0;

  /** @param ended called when a call is over, whatever its outcome */
  constructor(
    link: Link,
    readonly ended: (id: number) => void,
  ) {
    this.#link = link;
  }

  get size(): number {
    return this.#open.size;
  }

  contextOf(id: number | undefined): CallContextIds | null {
    return (id !== undefined && this.#open.get(id)?.request.ctx) || null;
  }

  /** Null where the call of that id is no attempt of a job. */
  jobOf(id: number | undefined): JobOfCall | null {
    return (id !== undefined && this.#open.get(id)?.request.job) || null;
  }

  call(request: CallRequest, settled: (outcome: CallOutcome) => void): OpenCall {
    const entry = this.#send(request, settled, null);
    return { id: entry.id, cancel: (reason) => this.#cancel(entry, reason) };
  }

  stream(request: CallRequest, settled: (outcome: CallOutcome) => void): OpenStream {
    const id = this.#lastId + 1;
    const receiver = new ChunkReceiver(this.#link.limits.credit, {
      credit: (n) => this.#link.send({ t: 'credit', id, n }),
      abandoned: () => this.#cancel(entry, 'the caller stopped reading'),
    });
    const entry = this.#send(request, settled, receiver);
    return {
      id,
      cancel: (reason) => this.#cancel(entry, reason),
      [Symbol.asyncIterator]: () => receiver[Symbol.asyncIterator](),
    };
  }

  /** Takes what the worker says about a call; answers in words what it did wrong. */
  take(message: AnswerMessage): string | null {
    if (message.t === 'start' && message.also !== undefined) this.#beginAll(message.also);
    const entry = this.#open.get(message.id);
    if (entry !== undefined) return this.#apply(entry, message);
    // Credit may cross with the end of its call; anything else was said twice.
    if (message.t !== 'credit') this.strays += 1;
    return null;
  }

  /** Ends every call with what is known of it. */
  endAll(end: ConnectionEnd, error: EspalierError): void {
    const { batch } = this.#link;
    for (const entry of [...this.#open.values()]) {
      const state = stateAtEnd({ written: entry.batch < batch, started: entry.started }, end);
      this.#settle(entry, { kind: 'lost', state, error });
    }
  }

  #send(request: CallRequest, settled: Entry['settled'], receiver: ChunkReceiver | null): Entry {
    const { method: m, args: a, deadlineMs: dl, ctx, input, job } = request;
    this.#admit();
    const id = this.#lastId + 1;
    const { batch } = this.#link;
    if (job) {
      this.#link.send({ t: 'context', id, d: job.told });
      // Should the call not fit a frame, no other one is taken for the job that was told of.
      this.#lastId = id;
    }
    this.#link.send({ t: 'call', id, m, a, dl, ctx, ...(input === undefined ? {} : { in: true }) });
    this.#lastId = id;
    const state = { sender: null, started: false, cancelled: false, fault: null };
    const entry: Entry = { id, request, batch, settled, receiver, ...state };
    this.#open.set(id, entry);
    if (input !== undefined) this.#feed(entry, input);
    return entry;
  }

  #admit(): void {
    const { limits, buffered } = this.#link;
    const { maxCalls, maxBuffered } = limits;
    if (this.#open.size >= maxCalls) throw full(`it has its limit of ${maxCalls} open calls`);
    if (buffered > maxBuffered) throw full(`${buffered} bytes wait to be written; the limit is ${maxBuffered}`);
  }

  #feed(entry: Entry, input: AsyncIterable<unknown> | Iterable<unknown>): void {
    const { id } = entry;
    const sender = new ChunkSender(this.#link.limits.credit, {
      send: (seq, d) => this.#link.send({ t: 'chunk', id, seq, d }),
      room: () => this.#link.room(),
    });
    entry.sender = sender;
    sender.pump(input).then(
      (how) => how === 'ended' && this.#open.has(id) && this.#link.send({ t: 'end', id }),
      (error: unknown) => {
        this.#spoil(entry, toError(error), 'the input of the call failed');
      },
    );
  }

  #apply(entry: Entry, message: AnswerMessage): string | null {
    switch (message.t) {
      case 'start':
        this.#begin(entry);
        return null;
      case 'result':
        if (entry.receiver !== null) entry.fault ??= misused(entry.request.method, 'answers once', 'call');
        this.#settle(entry, { kind: 'result', value: message.r });
        return null;
      case 'error':
        this.#settle(entry, { kind: 'error', error: new RemoteError(message) });
        return null;
      case 'chunk':
        this.#begin(entry);
        entry.receiver ??= this.#misuse(entry);
        return entry.receiver.push(message.seq, message.d);
      case 'end':
        entry.receiver ??= this.#misuse(entry);
        this.#settle(entry, { kind: 'result', value: undefined });
        return null;
      case 'credit':
        entry.sender?.credit(message.n);
        return null;
      default:
        return message satisfies never;
    }
  }

  #beginAll(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.#open.get(id);
      if (entry !== undefined) this.#begin(entry);
    }
  }

  #begin(entry: Entry): void {
    if (entry.started) return;
    entry.started = true;
    entry.request.onStart?.();
  }

  #cancel(entry: Entry, reason: string): void {
    if (entry.cancelled || !this.#open.has(entry.id)) return;
    entry.cancelled = true;
    this.#link.send({ t: 'cancel', id: entry.id, reason });
  }

  /** What takes the chunks that nobody wants: it gives no credit, so that a stream without end is a breach of protocol. */
  #misuse(entry: Entry): ChunkReceiver {
    const fault = misused(entry.request.method, 'answers with a stream', 'stream');
    this.#spoil(entry, fault, 'the caller expects one result');
    const unread = new ChunkReceiver(this.#link.limits.credit, { credit: ignore, abandoned: ignore });
    unread.finish({});
    return unread;
  }

  #spoil(entry: Entry, fault: Error, reason: string): void {
    entry.fault ??= fault;
    this.#cancel(entry, reason);
    entry.request.onSpoilt?.();
  }

  #settle(entry: Entry, outcome: CallOutcome): void {
    this.#open.delete(entry.id);
    entry.sender?.stop();
    const seen: CallOutcome = entry.fault ? { kind: 'error', error: entry.fault } : outcome;
    entry.receiver?.finish(seen.kind === 'result' ? {} : { error: seen.error });
    this.ended(entry.id);
    entry.settled(seen);
  }
}

const ignore = () => undefined;

function full(why: string): EspalierError {
  return new EspalierError('ESP_QUEUE_FULL', `the worker takes no more calls now: ${why}`);
}

function misused(method: string, how: string, instead: string): EspalierError {
  return new EspalierError('ESP_INVALID', `method ${method} ${how}: use ${instead}()`, { context: { method } });
}
