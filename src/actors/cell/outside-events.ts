import type { AnyActorLogic, AnyEventObject } from 'xstate';
import type { ActorRole } from '../../actor-role.js';
import { EspalierError } from '../../errors.js';

const ours = new WeakSet<object>();

/** Marks a logic as one of Espalier's own: its events come from within alone. */
export function own<L extends AnyActorLogic>(logic: L): L {
  ours.add(logic);
  return logic;
}

/** Whether a logic was marked as one of Espalier's own. */
function isOwn(logic: AnyActorLogic): boolean {
  return ours.has(logic);
}

/**
 * Refuses the events that XState and Espalier send themselves: from outside they would stop an actor, make it crash or let it
 * believe that something has happened.
 *
 * @throws EspalierError `ESP_INVALID`
 */
export function requireOutside(event: AnyEventObject): void {
  // What is no event is refused by whoever delivers it.
  const type: unknown = Object(event).type;
  const [owner] = /^(?:xstate|espalier)(?=\.)/.exec(String(type)) ?? [];
  if (owner === undefined) return;
  const whose = owner === 'xstate' ? 'XState' : 'Espalier';
  throw new EspalierError(
    'ESP_INVALID',
    `'${type}' is refused: ${whose} sends such events itself; stop() and kill() end an actor`,
    { context: { type } },
  );
}

/**
 * Refuses every event for an actor of Espalier's own.
 *
 * @throws EspalierError `ESP_INVALID` naming the handle that it takes orders by
 */
export function requireTakesEvents(path: string, role: ActorRole, logic: AnyActorLogic, event: AnyEventObject): void {
  if (!isOwn(logic)) return;
  const type: unknown = Object(event).type;
  throw new EspalierError(
    'ESP_INVALID',
    `'${type}' is refused: ${path} is a ${role} of Espalier's own; ${orders(path, role)}`,
    {
      context: { path, role, type },
    },
  );
}

function orders(path: string, role: ActorRole): string {
  if (role === 'supervisor') return `system.supervisor('${path}') tells it what to do`;
  if (role === 'pool') return `system.pool('${path}') or system.execPool('${path}') tells it what to do`;
  return 'stop() and kill() end it';
}
