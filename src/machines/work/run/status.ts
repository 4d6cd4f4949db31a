/**
 * The states of a run.
 *
 * `created` (slots being written) → `running` ⇄ `paused`; `interrupted` when its host died or stopped;
 * `completed` once every slot is committed; `stopped` when someone ended it early (it can be continued).
 */
export const RUN_STATUSES = ['created', 'running', 'paused', 'interrupted', 'stopped', 'completed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What another process asks of a run's owner. */
export const RUN_WISHES = ['pause', 'resume', 'stop'] as const;
export type RunWish = (typeof RUN_WISHES)[number];
