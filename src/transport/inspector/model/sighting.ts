import { toErrorRecord } from '../../../errors.js';
import { isWorkerEnd, type WorkerEnd } from '../../../machines/worker/worker.js';
import { ACTOR_ROLES, type ActorExitInfo, type ActorRoleName } from '../protocol/wire.js';
import type { Sighting } from '../seen/actors.js';
import type { ActorFact } from './facts.js';

/**
 * What a sighting tells of its actor; null for one that tells nothing.
 *
 * @param restarts whether a new incarnation is a restart; an execution in an exec pool's seat is none
 */
export function factOf({ incarnation, role, state, detail, at }: Sighting, restarts: boolean): ActorFact | null {
  if (state === 'fault') return null;
  if (state !== 'exited') return { type: 'seen', at, incarnation, role: roleOf(role), state, restarts };
  return { type: 'exited', at, incarnation, role: roleOf(role), restarts, ...exitOf(detail) };
}

/** Roles of a newer version are shown as what they are at least. */
export function roleOf(role: string): ActorRoleName {
  return ACTOR_ROLES.find((known) => known === role) ?? 'machine';
}

const KINDS = ['normal', 'shutdown', 'crash', 'killed'] as const;

function exitOf(exit: unknown): { readonly kind: ActorExitInfo['kind']; readonly reason: string | null } {
  const kind = KINDS.find((known) => known === part(exit, 'kind')) ?? 'normal';
  const output = part(exit, 'output');
  if (isWorkerEnd(output)) return { kind, reason: describeEnd(output) };
  switch (kind) {
    case 'normal':
      return { kind, reason: null };
    case 'shutdown':
      return { kind, reason: describeReason(part(exit, 'reason')) };
    case 'crash': {
      const { code, message } = toErrorRecord(part(exit, 'error'));
      return { kind, reason: `${code}: ${message}` };
    }
    case 'killed':
      return { kind, reason: null };
    default:
      return kind satisfies never;
  }
}

function describeEnd({ cause, exit, error }: WorkerEnd): string {
  const how = exit?.signal ? `killed by ${exit.signal}` : exit ? `exit code ${exit.code}` : 'unseen end';
  const why = cause === 'exited' ? how : `${cause.replace('_', ' ')} (${how})`;
  return error ? `${why}: ${error.message}` : why;
}

function describeReason(reason: unknown): string | null {
  if (reason === undefined || reason === null) return null;
  if (typeof reason === 'string') return reason;
  return part(reason, 'type') === 'max_restart_intensity'
    ? `restart intensity exceeded by ${String(part(reason, 'child'))}: ${String(part(reason, 'reason'))}`
    : (JSON.stringify(reason) ?? String(reason));
}

function part(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
