import { toErrorRecord } from '../../errors.js';
import type { ReadyMessage } from '../../transport/protocol/messages.js';
import type { PortEvents } from '../../transport/protocol/port/port-events.js';
import type { Question } from '../../transport/protocol/port/requests.js';
import type { WorkerSays } from '../desk/worker-desk.js';
import type { Tell } from '../worker/worker-plan.js';

/** Who hears what a port's events mean for its seat. */
export interface PortListener {
  ready(message: ReadyMessage): void;
  ended(): void;
  /** It leaves by itself: its exit follows. */
  leaving(): void;
  say(message: WorkerSays): void;
  ask(question: Question): void;
  recycle(reason: string): void;
}

/** What a worker's actor makes of its port's events: only those about its life change its state. */
export function portEvents(tell: Tell, seat: PortListener): PortEvents {
  return {
    ready: (message) => {
      seat.ready(message);
      tell({ type: 'ready' });
    },
    progress: () => tell({ type: 'progress' }),
    failed: (error) => tell({ type: 'protocol.failed', error: toErrorRecord(error) }),
    ended: () => {
      seat.ended();
      tell({ type: 'port.closed' });
    },
    // A pong counts by being heard.
    pong: () => undefined,
    log: (message) => seat.say(message),
    event: (message) => seat.say(message),
    metric: (message) => seat.say(message),
    ask: (question) => seat.ask(question),
    recycle: (reason) => seat.recycle(reason),
    bye: () => seat.leaving(),
  };
}
