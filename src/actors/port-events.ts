import { toErrorRecord } from '../errors.js';
import type { ReadyMessage } from '../transport/process/protocol/messages.js';
import type { PortEvents } from '../transport/process/protocol/port-events.js';
import type { Tell } from './worker-hands.js';

const ignore = () => undefined;

/** What a worker's actor makes of its port's events: only those about its life change its state. */
export function portEvents(tell: Tell, slot: { ready(message: ReadyMessage): void; ended(): void }): PortEvents {
  return {
    ready: (message) => {
      slot.ready(message);
      tell({ type: 'ready' });
    },
    progress: () => tell({ type: 'progress' }),
    failed: (error) => tell({ type: 'protocol.failed', error: toErrorRecord(error) }),
    ended: () => {
      slot.ended();
      tell({ type: 'port.closed' });
    },
    pong: ignore,
    log: ignore,
    event: ignore,
    metric: ignore,
    ask: ignore,
    recycle: ignore,
    bye: ignore,
  };
}
