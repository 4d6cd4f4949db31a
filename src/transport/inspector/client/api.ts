import type { AnswerTo, Ask, Control, Hello, Refusal, View } from '../protocol/wire.js';
import type { OpenSocket } from './socket.js';
import type { StateOf, ViewChange } from './state.js';

export interface ConnectOptions {
  /** Where the inspector is: `http://127.0.0.1:4100`, or the address it is mounted at. */
  readonly url: string;
  /** Not needed in the inspector's own page, which has a cookie. */
  readonly token?: string;
  /** How a WebSocket is opened; the platform's own by default. */
  readonly socket?: OpenSocket;
}

/** How the connection is. */
export type ConnectionStatus =
  | { readonly type: 'connecting'; readonly attempt: number }
  | { readonly type: 'open'; readonly hello: Hello }
  /** Lost or refused; it tries again at `retryAt` (ms since the epoch), by itself. */
  | { readonly type: 'waiting'; readonly attempt: number; readonly retryAt: number }
  /** The server said that nothing follows: its system has stopped, or is a post-mortem that has been read. */
  | { readonly type: 'ended'; readonly reason: string }
  | { readonly type: 'closed' };

/** A value that changes. `subscribe` calls back at each change from then on, and answers the function that ends that. */
export interface Changing<T, C = void> {
  get(): T;
  subscribe(listener: (value: T, change: C) => void): () => void;
}

/** A view that is looked at, until it is closed. It survives lost connections: it goes on where it was. */
export interface LiveView<V extends View = View> extends Changing<StateOf<V>, ViewChange>, Disposable {
  readonly view: V;
  close(): void;
}

/** What a request comes to. `disconnected`: the connection was lost before the answer, which may have been given. */
export type Reply<T> =
  | { readonly ok: true; readonly answer: T }
  | { readonly ok: false; readonly code: Refusal | 'disconnected'; readonly message: string };

/** A connection to an inspector. */
export interface InspectorClient extends Disposable {
  readonly status: Changing<ConnectionStatus>;
  view<const V extends View>(view: V): LiveView<V>;
  ask<const A extends Ask>(ask: A): Promise<Reply<AnswerTo<A['type']>>>;
  /** Refused with `read_only` unless the server allows control. */
  control(control: Control): Promise<Reply<AnswerTo<'done'>>>;
  close(): void;
}
