import type { ActorSummary } from 'espalier/client';

/**
 * What is to be read at a glance, most urgent first. Each has a colour and a shape of its own (`parts/mark.tsx`).
 *
 * - `failed`: it ended badly or takes no more work · `suspect`: it cannot be proven ours, or gone
 * - `degraded`: it lives without serving as it should · `waiting`: it backs off, or waits for somebody
 * - `starting` · `running` · `idle`: nothing to do · `stopping` · `gone`: it ended as it should
 */
export const CONDITIONS = [
  'failed',
  'suspect',
  'degraded',
  'waiting',
  'starting',
  'running',
  'idle',
  'stopping',
  'gone',
] as const;
export type Condition = (typeof CONDITIONS)[number];

export function isCondition(word: string): word is Condition {
  return CONDITIONS.some((condition) => condition === word);
}

/** The words of Espalier's own machines, processes, runs and slots. Any other state is that of a user's machine. */
const KNOWN: ReadonlyMap<string, Condition> = new Map(
  Object.entries({
    failed: 'failed hopeless givingUp error fault failing crash killed timed_out',
    suspect: 'quarantined suspect',
    degraded: 'degraded parting interrupted cancelled',
    waiting: 'backingOff waiting paused pausing',
    starting: 'starting booting registering spawning vacant loading intent created',
    running: 'running active ready executing live',
    idle: 'idle pending',
    stopping: 'stopping aborting abandoning draining killing sweeping swept parking',
    gone: 'stopped ended gone done parked exited completed succeeded normal shutdown skipped_pruned',
  } satisfies Record<Condition, string>).flatMap(([condition, words]) =>
    isCondition(condition) ? words.split(' ').map((word) => [word, condition] as const) : [],
  ),
);

/** The condition that a word for a state means. */
export function conditionOf(word: string): Condition {
  return KNOWN.get(word) ?? 'running';
}

/** The condition of an actor: its state says it, unless the server knows better how it does. */
export function actorCondition({
  state,
  health,
  status,
}: Pick<ActorSummary, 'state' | 'health' | 'status'>): Condition {
  const said = conditionOf(state);
  if (said === 'suspect' || said === 'degraded') return said;
  if (health === 'failed') return 'failed';
  if (status === 'dead') return 'gone';
  if (health === 'warning' && said !== 'waiting') return 'degraded';
  return said;
}

/** A state as one line: `working.fetching`; states that are active side by side are parted by a bar. */
export function stateText(state: string): string {
  if (!state.startsWith('{')) return state;
  return nested(JSON.parse(state));
}

function nested(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([name, inner]) => {
    const text = nested(inner);
    return text === '' ? name : `${name}.${text}`;
  });
  return parts.join(' | ');
}
