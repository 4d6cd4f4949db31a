/**
 * How long a host may give no sign of life before it counts as dead where its process cannot be looked up, in milliseconds;
 * one whose heartbeat is younger lives, as far as a store can know.
 */
export const HOST_LEASE_MS = 15_000;
