/** What is used of a WebSocket: the browser's, Node's from 22 on, and that of the package `ws` fit. */
export interface SocketLike {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close' | 'error', listener: () => void): void;
  send(text: string): void;
  close(): void;
}

export type OpenSocket = (url: string) => SocketLike;

type SocketClass = new (url: string) => SocketLike;

/** The WebSocket of this platform; null where there is none (Node 20). */
export function platformSocket(): OpenSocket | null {
  const found: unknown = Reflect.get(globalThis, 'WebSocket');
  return isSocketClass(found) ? (url) => new found(url) : null;
}

function isSocketClass(value: unknown): value is SocketClass {
  return typeof value === 'function';
}

/** `http://127.0.0.1:4100/some/page?x` and a token to `ws://127.0.0.1:4100/ws?token=…`. */
export function socketUrl(url: string, token: string | undefined): string {
  const at = new URL(url);
  at.protocol = at.protocol === 'https:' || at.protocol === 'wss:' ? 'wss:' : 'ws:';
  at.pathname = `${at.pathname.replace(/\/$/, '')}/ws`;
  at.hash = '';
  if (token !== undefined) at.searchParams.set('token', token);
  return at.href;
}
