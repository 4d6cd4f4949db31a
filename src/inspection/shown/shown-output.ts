import type { KeptOutput } from '../../persistence/index.js';
import { shownTexts } from '../../stream-text.js';
import type { InspectedHost } from '../../transport/inspector/inspected-host.js';

/** What is kept of a slot's output, for people. */
export function shownOutput(kept: KeptOutput | null): Awaited<ReturnType<InspectedHost['output']>> {
  return kept && { ...shownTexts(kept), attempt: kept.attempt, truncated: kept.truncated };
}
