import type { Health } from '../protocol/wire.js';
import type { ActorFacts } from './facts.js';

/** How an actor does, from what is known of it. */
export function healthOf({
  role,
  status,
  state,
  exits,
}: Pick<ActorFacts, 'role' | 'status' | 'state' | 'exits'>): Health {
  if (status === 'dead') {
    const kind = exits.at(-1)?.kind;
    return kind === 'crash' ? 'failed' : 'ended';
  }
  switch (role) {
    case 'starter':
    case 'service':
      return STARTER[state] ?? 'ok';
    case 'pool':
      return POOL[state] ?? 'ok';
    case 'worker':
      return WORKER[state] ?? 'ok';
    case 'supervisor':
    case 'dynamic':
      return state === 'starting' || state === 'aborting' ? 'starting' : 'ok';
    case 'queue':
    case 'machine':
    case 'dispatcher':
    case 'coordinator':
      return 'ok';
    default:
      return role satisfies never;
  }
}

const STARTER: Readonly<Record<string, Health>> = {
  vacant: 'starting',
  booting: 'starting',
  starting: 'starting',
  backingOff: 'warning',
  givingUp: 'warning',
  failed: 'failed',
  quarantined: 'failed',
};

const POOL: Readonly<Record<string, Health>> = { starting: 'starting', degraded: 'failed', crashing: 'failed' };

const WORKER: Readonly<Record<string, Health>> = {
  registering: 'starting',
  spawning: 'starting',
  booting: 'starting',
  killing: 'warning',
};
