import type { Faults } from '../fault.js';

const recovery = 'src/host/recovery/recovery.ts';
const leftovers = 'src/actors/worker/leftovers.ts';
const janitor = 'src/transport/process/janitor/janitor.ts';

/** What is made of what a dead host, or a dead starter, left. */
export const recoveries: Faults = {
  'a dead host is fenced before its suspects are recorded': {
    file: recovery,
    right: 'if (dryRun) return report;',
    wrong: `if (dryRun) return report;
  for (const { runId, verdict } of report.hosts) if (verdict.dead) await store.hosts.fence(runId, self);`,
    test: ['test/host/recovery/recovery.test.ts', 'records what may still run'],
  },
  'a slot whose process may still run runs again': {
    file: 'src/persistence/families/job-states/loss-of-host.ts',
    right: "{ how: 'host_lost', unproven: isSuspect }",
    wrong: "{ how: 'host_lost' }",
    test: ['test/host/recovery/recovery.test.ts', 'records what may still run'],
  },
  'an older sweep’s success erases what a newer starter left': {
    file: leftovers,
    right: 'clean && this.#left.get(path) === settle && this.#left.delete(path)',
    wrong: 'clean && this.#left.delete(path)',
    test: ['test/actors/worker/leftovers.test.ts', 'an older sweep ends well'],
  },
  'who asked for the older leftovers erases the newer ones': {
    file: leftovers,
    right: 'if (result?.clean && this.#left.get(path) === settle) this.#left.delete(path);',
    wrong: 'if (result?.clean) this.#left.delete(path);',
    test: ['test/actors/worker/leftovers.test.ts', 'whoever asked before'],
  },
  'leftovers that could not be proven gone are not tried again': {
    file: leftovers,
    right: 'return result.clean ? result : await again();',
    wrong: 'return result;',
    test: ['test/actors/worker/leftovers.test.ts', 'tried again'],
  },
  'what was only intended is not looked for under the last generation': {
    file: janitor,
    right: '(host.forker?.generation ?? 0) + 1 }',
    wrong: '(host.forker?.generation ?? 0) }',
    test: ['test/transport/process/janitor-intent.test.ts', 'generation 3'],
  },
  'what was only intended is looked for under the last generation alone': {
    file: janitor,
    right: 'return generations.map((one) => cookie(runId, one, spawnId));',
    wrong: 'return generations.slice(-1).map((one) => cookie(runId, one, spawnId));',
    test: ['test/transport/process/janitor-intent.test.ts', 'generation 1'],
  },
};
