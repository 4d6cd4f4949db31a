import type { ActorDetail, ActorSummary, Observed, ServerMessage } from '../protocol/wire.js';
import { definitionOf } from './definition.js';
import { STATELY_VERSION, type StatelyMessage, type StatelyNews, type StatelySnapshot } from './events.js';

export interface StatelyEncoderOptions {
  readonly now: () => number;
  /** An actor in full, redacted. */
  detail(path: string): ActorDetail | null;
  /** A machine has come: have its actor view told as well, if there is room. False when there is none. */
  watch(path: string): boolean;
  /** It is gone. */
  leave(path: string): void;
}

interface Known {
  readonly session: string;
  readonly incarnation: number;
  readonly state: string;
  /** Whether its own view tells its states. */
  readonly isWatched: boolean;
}

/**
 * Says what the inspector's views say in the words of `@statelyai/inspect`: the tree as actors with their states, and of
 * machines each event and each state with its context.
 */
export class StatelyEncoder {
  readonly #options: StatelyEncoderOptions;
  /** The living, as the receiver knows them. */
  readonly #known = new Map<string, Known>();
  #said = 0;

  constructor(options: StatelyEncoderOptions) {
    this.#options = options;
  }

  encode(message: ServerMessage, pathOf: (id: number) => string | undefined): StatelyMessage[] {
    switch (message.type) {
      case 'snapshot':
      case 'delta':
        return this.#view(message).map((news) => this.#whole(news));
      case 'observed': {
        const path = pathOf(message.id);
        const known = path === undefined ? undefined : this.#known.get(path);
        return known ? message.items.flatMap((item) => this.#observed(known, item)) : [];
      }
      default:
        // Timelines, runs, gauges and the connection itself have no words there.
        return [];
    }
  }

  #view({ content }: Extract<ServerMessage, { type: 'snapshot' | 'delta' }>): StatelyNews[] {
    if (content.view === 'actor') return content.actor === null ? [] : this.#detail(content.actor);
    if (content.view !== 'tree') return [];
    if ('changed' in content) {
      const gone = content.removed.flatMap((path) => this.#ended(path));
      return [...gone, ...content.changed.flatMap((actor) => this.#actor(actor))];
    }
    // It begins anew: what is not in it any more is told as ended when its path is.
    return content.actors.flatMap((actor) => this.#actor(actor));
  }

  #actor(actor: ActorSummary): StatelyNews[] {
    const { path, incarnation, state, status } = actor;
    const known = this.#known.get(path);
    if (status === 'dead') return this.#ended(path);
    if (known?.incarnation !== incarnation) return [...this.#ended(path), this.#started(actor)];
    if (known.isWatched || known.state === state) return [];
    this.#known.set(path, { ...known, state });
    return [changed(known.session, 'espalier.changed', snapshot('active', stateValue(state)))];
  }

  #started({ path, incarnation, state, role }: ActorSummary): StatelyNews {
    const session = `${path}#${incarnation}`;
    const isWatched = role === 'machine' && this.#options.watch(path);
    this.#known.set(path, { session, incarnation, state, isWatched });
    const detail = role === 'machine' ? this.#options.detail(path) : null;
    return {
      type: '@xstate.actor',
      sessionId: session,
      name: path,
      parentId: path === '/' ? undefined : this.#known.get(path.slice(0, path.lastIndexOf('/')) || '/')?.session,
      definition: detail?.definition ? definitionOf(detail.definition) : undefined,
      snapshot: detail ? snapshotOf(detail) : snapshot('active', stateValue(state)),
    };
  }

  #ended(path: string): StatelyNews[] {
    const known = this.#known.get(path);
    if (!known) return [];
    this.#known.delete(path);
    if (known.isWatched) this.#options.leave(path);
    return [changed(known.session, 'xstate.stop', snapshot('stopped', stateValue(known.state)))];
  }

  /** A machine's own view: its state with its context. */
  #detail(actor: ActorDetail): StatelyNews[] {
    const known = this.#known.get(actor.path);
    if (known?.incarnation !== actor.incarnation || actor.status === 'dead') return [];
    return [changed(known.session, 'espalier.changed', snapshotOf(actor))];
  }

  #observed({ session }: Known, { at, kind, event }: Observed): StatelyMessage[] {
    if (kind !== 'event' || event === null) return [];
    const data = typeof event.data === 'object' ? event.data : { data: event.data };
    return [
      this.#whole(
        { type: '@xstate.event', sessionId: session, event: { ...data, type: event.type }, sourceId: undefined },
        at,
      ),
    ];
  }

  #whole(news: StatelyNews, at = this.#options.now()): StatelyMessage {
    this.#said += 1;
    const rootId = this.#known.get('/')?.session ?? news.sessionId;
    return { ...news, rootId, createdAt: String(at), id: String(this.#said), _version: STATELY_VERSION };
  }
}

function changed(sessionId: string, type: string, state: StatelySnapshot): StatelyNews {
  return { type: '@xstate.snapshot', sessionId, event: { type }, snapshot: state };
}

function snapshot(status: StatelySnapshot['status'], value: unknown): StatelySnapshot {
  return { status, value, output: undefined, error: undefined };
}

function snapshotOf({ value, context, state }: ActorDetail): StatelySnapshot {
  return { ...snapshot('active', value ?? stateValue(state)), ...(context !== null && { context }) };
}

/** Nested states are JSON. */
function stateValue(state: string): unknown {
  return state.startsWith('{') ? JSON.parse(state) : state;
}
