import type { Clock } from '../../clock.js';
import { EspalierError } from '../../errors.js';
import type { NewJournalEvent } from '../../machines/events.js';
import {
  admitCall,
  afterCall,
  type Breaker,
  type BreakerPolicy,
  type CallVerdict,
  CLOSED,
} from '../../machines/pool/queue/breaker.js';

/** A pool's circuit breaker, with its journal. */
export class CircuitBreaker {
  #breaker: Breaker = CLOSED;

  constructor(
    readonly path: string,
    readonly policy: BreakerPolicy,
    readonly clock: Clock,
    readonly journal: (event: NewJournalEvent) => void,
  ) {}

  /** @throws EspalierError `ESP_UNAVAILABLE` while it is open */
  admit(): void {
    const { breaker, admitted } = admitCall(this.policy, this.#breaker, this.clock.now());
    this.#breaker = breaker;
    if (admitted) return;
    const { failures, resetMs } = this.policy;
    throw new EspalierError('ESP_UNAVAILABLE', `pool ${this.path}: ${failures} calls in a row failed; it rests`, {
      context: { pool: this.path, failures, resetMs },
    });
  }

  ended(verdict: CallVerdict): void {
    const { path, policy } = this;
    const now = this.clock.now();
    const before = this.#breaker;
    this.#breaker = afterCall(policy, before, verdict, now);
    if (before.state === 'closed' && this.#breaker.state === 'open') {
      this.journal({ type: 'breaker.opened', path, data: { failures: policy.failures, resetMs: policy.resetMs } });
    }
    if (before.state === 'trying' && this.#breaker.state === 'closed') {
      this.journal({ type: 'breaker.closed', path, data: { openMs: Math.max(0, now - before.openedAt) } });
    }
  }
}
