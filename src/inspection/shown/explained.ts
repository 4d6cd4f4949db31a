import { isEspalierError } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { InspectedHost } from '../../transport/inspector/inspected-host.js';
import { explain } from './explain.js';
import type { ExplainSource } from './explain-source.js';

/** What happened to a part of a host: what `explain` finds, the root cause first. */
export function explained(source: ExplainSource, host: RunId): InspectedHost['why'] {
  return async (target) => {
    try {
      return (await explain(source, target, { host })).findings;
    } catch (error) {
      if (!isEspalierError(error) || error.code !== 'ESP_NOT_FOUND') throw error;
      return { refused: 'not_found', message: error.message };
    }
  };
}
