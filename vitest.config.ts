import { configDefaults, defineConfig } from 'vitest/config';

/**
 * These change nothing of the process they run in, or put it back, and share it: its modules take longer to load than the tests
 * to run. What measures garbage, forks or the looks at processes needs a process without a past.
 */
const ROOMS = [
  ...['machines', 'inspection', 'actors', 'work', 'host', 'redact', 'inspector', 'json', 'types', 'persistence', 'sim'],
  ...['cli/logs', 'cli/options', 'cli/print', 'system/pools', 'system/runs', 'transport/inspector', 'transport/ask'],
  ...['transport/protocol', 'transport/stderr', 'transport/process/proc', 'transport/process/program'],
  ...['transport/process/host', 'transport/process/host-files'],
];
const SHARING = `test/{${ROOMS.join(',')}}/**/!(*-garbage).test.ts`;

/**
 * `vitest run` takes the quick tests. `--mode slow` takes `*.slow.test.ts`, and `--mode alone` takes `*.alone.test.ts`, which
 * measure or crowd the machine: one at a time.
 */
export default defineConfig(({ mode }) => {
  const isQuick = mode !== 'slow' && mode !== 'alone';
  const later = isQuick ? ['**/*.{slow,alone}.test.ts'] : [];
  // Given to each project: what a project takes over from the whole is asked of this file anew, for the mode `test`.
  const common = {
    // Only what hangs is to fail by time: a slow machine needs seconds for a command, and some tests give several.
    testTimeout: isQuick ? 120_000 : 300_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/own-group.ts'],
    // Real processes compete for the cores: more files at once make no run quicker, only less steady.
    maxWorkers: mode === 'alone' ? 1 : 2,
  };
  return {
    test: {
      projects: [
        {
          test: {
            ...common,
            name: 'sharing',
            include: isQuick ? [SHARING] : [],
            exclude: [...configDefaults.exclude, ...later],
            isolate: false,
          },
        },
        {
          test: {
            ...common,
            name: 'apart',
            include: [isQuick ? 'test/**/*.test.ts' : `test/**/*.${mode}.test.ts`],
            exclude: [...configDefaults.exclude, ...later, ...(isQuick ? [SHARING] : [])],
          },
        },
      ],
    },
  };
});
