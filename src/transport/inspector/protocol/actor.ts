import { z } from 'zod';

/** What an actor is. `dynamic` is a supervisor whose children come and go. */
export const ACTOR_ROLES = [
  'supervisor',
  'dynamic',
  'pool',
  'queue',
  'starter',
  'worker',
  'service',
  'machine',
  'dispatcher',
  'coordinator',
] as const;
const actorRole = z.enum(ACTOR_ROLES);
export type ActorRoleName = z.infer<typeof actorRole>;

/** How an actor does, worst last: what a list that shows trouble first is sorted by. */
export const HEALTHS = ['ok', 'starting', 'ended', 'warning', 'failed'] as const;
const health = z.enum(HEALTHS);
export type Health = z.infer<typeof health>;

/** A restart: when (ms since the epoch), of which incarnation it made the next, and why. */
const restart = z.object({ at: z.number(), incarnation: z.number(), reason: z.string() });
export type Restart = z.infer<typeof restart>;

/** What a supervisor may still restart. `restarts` are the times of those that count; `budgetLeft` does the sum. */
const budget = z.object({ intensity: z.number(), periodMs: z.number(), restarts: z.array(z.number()) });
export type Budget = z.infer<typeof budget>;

/** One line of the tree. */
export const actorSummary = z.object({
  path: z.string(),
  role: actorRole,
  status: z.enum(['living', 'dead']),
  health,
  /** The state of its machine, nested ones as JSON; `running` for what has none; `exited` for the dead. */
  state: z.string(),
  incarnation: z.number(),
  /** When it came into this state, in milliseconds since the epoch. */
  since: z.number(),
  /** How often it was restarted, and the newest restarts (at most 3, the latest last). */
  restarts: z.object({ total: z.number(), recent: z.array(restart) }),
  /** Of supervisors and pools. */
  budget: budget.nullable(),
  /** Of workers and services while their process lives. */
  pid: z.number().nullable(),
  /** Why it is not well, in one line. */
  problem: z.string().nullable(),
});
export type ActorSummary = z.infer<typeof actorSummary>;

/** How one incarnation ended, and what it wrote last. */
const actorExit = z.object({
  at: z.number(),
  incarnation: z.number(),
  kind: z.enum(['normal', 'shutdown', 'crash', 'killed']),
  /** The error, or the reason it was given, in words. */
  reason: z.string().nullable(),
  code: z.number().nullable(),
  signal: z.string().nullable(),
  pid: z.number().nullable(),
  /** The end of what its process wrote; null when nothing was kept. */
  output: z.object({ stdout: z.string(), stderr: z.string() }).nullable(),
});
export type ActorExitInfo = z.infer<typeof actorExit>;

/** A state of a statechart; `id` is XState's, unique in the machine. */
export interface StateNode {
  readonly id: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly initial: string | null;
  /** Where it goes on what: `on` is an event, `after 500`, `always` or `done`. */
  readonly transitions: readonly {
    readonly on: string;
    readonly targets: readonly string[];
    readonly guard: string | null;
  }[];
  readonly invokes: readonly string[];
  readonly states: readonly StateNode[];
}
const stateNode: z.ZodType<StateNode> = z.lazy(() =>
  z.object({
    id: z.string(),
    key: z.string(),
    type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
    initial: z.string().nullable(),
    transitions: z.array(z.object({ on: z.string(), targets: z.array(z.string()), guard: z.string().nullable() })),
    invokes: z.array(z.string()),
    states: z.array(stateNode),
  }),
);

/** An actor in full: what its panel shows. */
export const actorDetail = z.object({
  ...actorSummary.shape,
  /** The value of its machine's state as XState has it; null for what has none. */
  value: z.unknown(),
  /** The ids of the states it is in: nodes of `definition`. */
  active: z.array(z.string()),
  /** Redacted and capped; null when it is not known. */
  context: z.unknown(),
  definition: stateNode.nullable(),
  /** All restarts that are remembered (at most 20), the latest last. */
  history: z.array(restart),
  /** The last ends (at most 10), the latest last. */
  exits: z.array(actorExit),
  /** How it is supervised; null for roots and for the dead. */
  spec: z
    .object({
      restart: z.enum(['permanent', 'transient', 'temporary']),
      /** Milliseconds, `kill` or `infinity`. */
      shutdown: z.string(),
      significant: z.boolean(),
    })
    .nullable(),
  children: z.number(),
});
export type ActorDetail = z.infer<typeof actorDetail>;

/**
 * How many restarts a supervisor has left at a moment before it gives up.
 *
 * @example
 * budgetLeft({ intensity: 3, periodMs: 5000, restarts: [1000, 2000] }, 4000); // 1
 */
export function budgetLeft({ intensity, periodMs, restarts }: Budget, now: number): number {
  return Math.max(0, intensity - restarts.filter((at) => now - at <= periodMs).length);
}
