import type { WebSocket } from 'ws';
import { LIMITS } from '../limits.js';
import type { ServerMessage } from '../protocol/wire.js';
import type { Hub } from '../service/hub.js';
import type { Sink } from '../service/sink.js';
import { StatelyEncoder } from '../stately/encoder.js';

/** The id of the tree; machines have those after it. */
const TREE = 1;

/** The way to one receiver: text, whatever it says. */
type TextSink = Pick<Sink, 'backlog' | 'isLeft' | 'end'> & { sendText(text: string): void };

/**
 * Speaks to a receiver of `@statelyai/inspect`: a third encoder over the same subscriptions, behind the same doors. It is
 * told of the first machines in full, as many as a client may look at, and of the others as the tree has them.
 */
export function openStately(hub: Hub, socket: WebSocket, sink: TextSink): void {
  const watched = new Map<number, string>();
  const encoder = new StatelyEncoder({
    now: Date.now,
    detail: (path) => hub.viewer.detail(path),
    watch: (path) => {
      const id = freeId(watched);
      if (id === null) return false;
      watched.set(id, path);
      // Not within the message that told of it.
      queueMicrotask(() => session?.subscribe(id, { type: 'actor', path, observe: true }, null));
      return true;
    },
    leave: (path) => {
      for (const [id, other] of watched) {
        if (other !== path) continue;
        watched.delete(id);
        session?.unsubscribe(id);
      }
    },
  });
  const session = hub.open({
    send: (message: ServerMessage) => {
      for (const event of encoder.encode(message, (id) => watched.get(id))) sink.sendText(JSON.stringify(event));
    },
    backlog: () => sink.backlog(),
    isLeft: () => sink.isLeft(),
    end: (reason) => sink.end(reason),
  });
  session?.subscribe(TREE, { type: 'tree' }, null);
  socket.on('close', () => session?.close('gone'));
}

function freeId(taken: ReadonlyMap<number, string>): number | null {
  for (let id = TREE + 1; id <= LIMITS.subscriptions; id += 1) if (!taken.has(id)) return id;
  return null;
}
