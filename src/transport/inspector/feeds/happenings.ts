import type { AnyEventObject, InspectionEvent } from 'xstate';
import type { Observed } from '../protocol/wire.js';
import type { Redactor } from '../shown/redactor.js';

/** How much is kept between two messages. */
const KEPT = 200;

interface Kept {
  readonly at: number;
  readonly event: InspectionEvent;
  /** An event is changed by nobody; a snapshot's state is taken down at once, because the actor goes on. */
  readonly state: string | null;
}

/** What happens inside an observed actor, until it is told. Bounded: what is too much is counted. */
export class Happenings {
  #kept: Kept[] = [];
  #dropped = 0;

  constructor(readonly redactor: Redactor) {}

  add(event: InspectionEvent, at: number): void {
    if (event.type === '@xstate.microstep' || event.type === '@xstate.action') return;
    if (this.#kept.length >= KEPT) this.#dropped += 1;
    else this.#kept.push({ at, event, state: event.type === '@xstate.snapshot' ? stateOf(event.snapshot) : null });
  }

  take(): { readonly items: Observed[]; readonly dropped: number } {
    const [kept, dropped] = [this.#kept, this.#dropped];
    this.#kept = [];
    this.#dropped = 0;
    return { items: kept.map((one) => this.#shown(one)), dropped };
  }

  #shown({ at, event, state }: Kept): Observed {
    const actor = 'id' in event.actorRef ? String(event.actorRef.id) : '';
    switch (event.type) {
      case '@xstate.event':
        return { at, actor, kind: 'event', event: this.#event(event.event), state };
      case '@xstate.snapshot':
        return { at, actor, kind: 'changed', event: this.#event(event.event), state };
      default:
        return { at, actor, kind: 'started', event: null, state };
    }
  }

  #event({ type, ...data }: AnyEventObject): Observed['event'] {
    return { type, data: Object.keys(data).length > 0 ? this.redactor.value(data) : null };
  }
}

function stateOf(snapshot: object): string | null {
  if (!('value' in snapshot)) return null;
  return typeof snapshot.value === 'string' ? snapshot.value : (JSON.stringify(snapshot.value) ?? null);
}
