import type { Health } from '../protocol/wire.js';
import type { ActorFacts } from './facts.js';

/** How an actor does, from what is known of it. */
export function healthOf(facts: Pick<ActorFacts, 'role' | 'status' | 'state' | 'exits'>): Health {
  const { status, state, exits } = facts;
  if (status === 'living') return livingHealth(facts);
  if (state === 'exited' || state === 'unknown') return exits.at(-1)?.kind === 'crash' ? 'failed' : 'ended';
  // It went with its host, in whatever state it was.
  return livingHealth(facts) === 'failed' ? 'failed' : 'ended';
}

function livingHealth({ role, state }: Pick<ActorFacts, 'role' | 'state'>): Health {
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
