import { statSync } from 'node:fs';
import type { Retention } from '../../../machines/work/retention.js';
import type { RetentionStore } from '../../contract/retention.js';
import { beside } from '../../file/beside.js';
import type { Access } from '../access.js';
import { Pass } from './pass.js';
import type { retentionReads } from './reads.js';
import type { retentionWrites } from './writes.js';

/** @param file of the store */
export function retentionStore(
  access: Access<typeof retentionWrites, typeof retentionReads>,
  file: string,
): RetentionStore {
  return {
    prune: async (retention: Retention, options) => {
      const pass = new Pass(access, options);
      await pass.jobs(retention);
      await pass.runs(retention.runsMs);
      await pass.journal(retention);
      await pass.processes(retention.journalMs);
      await pass.space();
      return pass.pruned;
    },
    removeRun: async (run, options) => {
      await access.write('retention.markRun', { run });
      const pass = new Pass(access, options);
      await pass.runs(null);
      await pass.space();
      return pass.pruned;
    },
    size: async () => {
      const size = await access.read('retention.size', null);
      const log = statSync(beside(file, 'log'), { throwIfNoEntry: false });
      return { ...size, logBytes: log?.size ?? 0 };
    },
  };
}
