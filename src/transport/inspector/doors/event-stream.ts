import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RunRef } from '../../../ids.js';
import { LIMITS } from '../limits.js';
import type { ServerMessage, View } from '../protocol/wire.js';
import { view as viewForm } from '../protocol/wire.js';
import type { Hub } from '../service/hub.js';
import type { Session } from '../service/session.js';
import type { Sink } from '../service/sink.js';
import { HEADERS, refuse } from './reply.js';
import { textOf } from './text.js';

/** The id of the one subscription of a stream. */
const STREAM = 1;

/**
 * The Server-Sent Events encoder: one view per stream, named in the address. `id` is the `seq` of the timeline, so a
 * browser's `Last-Event-ID` goes on where it was. When the run or the host has ended, `end` is the last event, and
 * whoever comes back for more is told with 204 not to.
 */
export async function serveEvents(
  hub: Hub,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const view = viewOf(url);
  if (!view) return refuse(response, 400, 'invalid', 'there is no such view, or its filter does not fit');
  const last = Number(request.headers['last-event-id'] ?? url.searchParams.get('after') ?? Number.NaN);
  const resume = Number.isSafeInteger(last) && last >= 0 ? { epoch: '', rev: 0, seq: last } : null;
  const run = view.type === 'timeline' ? view.filter?.run : undefined;
  const isOver = await hub.use(() => resume !== null && hub.endOf(run) !== null && resume.seq >= hub.ring.head);
  if (isOver) return void response.writeHead(204, HEADERS).end();
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
  if (request.method === 'HEAD') return void response.end();
  response.write('retry: 1000\n\n');
  const session = hub.open(new EventStreamSink(response, (seq) => endIfOver(hub, session, run, seq)));
  response.on('close', () => session?.close('gone'));
  session?.subscribe(STREAM, view, resume);
}

/** Once everything was said: a stream that has an end ends there. */
function endIfOver(hub: Hub, session: Session | null, run: RunRef | undefined, seq: number): void {
  const reason = hub.endOf(run);
  if (!session || reason === null || session.isClosed || seq < hub.ring.head) return;
  session.say({ type: 'end', seq: hub.ring.head, reason });
  session.close(reason);
}

class EventStreamSink implements Sink {
  readonly #response: ServerResponse;
  readonly #onTold: (seq: number) => void;

  constructor(response: ServerResponse, onTold: (seq: number) => void) {
    this.#response = response;
    this.#onTold = onTold;
  }

  send(message: ServerMessage): void {
    const seq = message.type === 'events' || isTimeline(message) ? message.seq : null;
    const id = seq === null ? '' : `id: ${seq}\n`;
    this.#response.write(`${id}event: ${message.type}\ndata: ${textOf(message)}\n\n`);
    if (seq !== null) this.#onTold(seq);
  }

  backlog(): number {
    return this.#response.writableLength;
  }

  isLeft(): boolean {
    return this.#response.destroyed;
  }

  end(): void {
    if (this.isLeft()) return;
    this.#response.end();
    const timer = setTimeout(() => this.#response.destroy(), LIMITS.closeMs).unref();
    this.#response.once('close', () => clearTimeout(timer));
  }
}

function isTimeline(message: ServerMessage): message is Extract<ServerMessage, { type: 'snapshot' }> {
  return message.type === 'snapshot' && message.content.view === 'timeline';
}

function viewOf({ searchParams }: URL): View | null {
  const get = (name: string) => searchParams.get(name) ?? undefined;
  const type = get('view') ?? 'timeline';
  const last = get('last');
  const found = viewForm.safeParse({
    type,
    ...(get('path') !== undefined && type === 'actor' && { path: get('path') }),
    ...(get('run') !== undefined && type === 'run' && { run: get('run') }),
    ...(get('job') !== undefined && type === 'job' && { job: get('job') }),
    ...(get('name') !== undefined && type === 'schedule' && { name: get('name') }),
    ...(type === 'jobs' && jobFilterOf(searchParams)),
    ...(type === 'timeline' && { filter: filterOf(searchParams), ...(last !== undefined && { last: Number(last) }) }),
  });
  return found.success ? found.data : null;
}

function jobFilterOf(searchParams: URLSearchParams): Record<string, unknown> {
  const states = searchParams.getAll('state');
  return { ...named(searchParams, ['queue', 'key', 'parent', 'meta']), ...(states.length > 0 && { states }) };
}

function filterOf(searchParams: URLSearchParams): Record<string, unknown> {
  const types = searchParams.getAll('type');
  return { ...named(searchParams, ['path', 'run', 'text']), ...(types.length > 0 && { types }) };
}

function named(searchParams: URLSearchParams, names: readonly string[]): Record<string, string> {
  const given = names.flatMap((name) => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, value]];
  });
  return Object.fromEntries(given);
}
