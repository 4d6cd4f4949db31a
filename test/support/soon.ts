/** How long `vi.waitFor` and `vi.waitUntil` wait for what must come: only what hangs is to fail by time. */
export const soon = { timeout: 60_000 };
