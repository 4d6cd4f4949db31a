import type { InspectionEvent, Observer, Subscription } from 'xstate';
import { tell } from '../../listener.js';

/** Those who look into a cell. XState's own are called inside its actors: a throw in one of them would harm the actor. */
export class Inspectors {
  readonly #observers = new Set<Observer<InspectionEvent>>();
  readonly #onFault: (error: unknown) => void;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  get any(): boolean {
    return this.#observers.size > 0;
  }

  add(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): Subscription {
    const inspector = typeof observer === 'function' ? { next: observer } : observer;
    this.#observers.add(inspector);
    return { unsubscribe: () => void this.#observers.delete(inspector) };
  }

  tell(event: InspectionEvent): void {
    for (const inspector of this.#observers) {
      tell(() => inspector.next?.(event), this.#onFault);
    }
  }
}
