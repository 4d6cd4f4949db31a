/** What an actor can be, for those who look at the tree. */
export const ACTOR_ROLES = [
  'machine',
  'supervisor',
  'pool',
  'queue',
  'starter',
  'worker',
  'service',
  'dispatcher',
  'coordinator',
  'lane',
] as const;

/** What an actor is, for those who look at the tree. */
export type ActorRole = (typeof ACTOR_ROLES)[number];
