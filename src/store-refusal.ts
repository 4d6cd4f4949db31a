import { isEspalierError } from './errors.js';

/** How often a store that refused to be written is asked again, in milliseconds. */
export const ASK_AGAIN_MS = 1000;

/** Whether the store could not take a write, such as on a full disk: nothing was kept, and it may take it later. */
export function isRefusal(error: unknown): boolean {
  return isEspalierError(error) && REFUSALS.has(error.code);
}

const REFUSALS: ReadonlySet<string> = new Set(['ESP_STORE_FULL', 'ESP_STORE_UNUSABLE', 'ESP_STORE_LOCKED']);
