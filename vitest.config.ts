import { configDefaults, defineConfig } from 'vitest/config';

/** `vitest run` takes the quick tests, `vitest run --mode slow` those of `*.slow.test.ts` alone. */
export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === 'slow' ? 'test/**/*.slow.test.ts' : 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(mode === 'slow' ? [] : ['**/*.slow.test.ts'])],
    // Only what hangs is to fail by time: a slow machine needs seconds for a command, and some tests give several.
    testTimeout: mode === 'slow' ? 300_000 : 120_000,
    hookTimeout: 120_000,
    // Real processes compete for the cores: more files at once make no run quicker, only less steady.
    maxWorkers: mode === 'slow' ? 1 : 2,
  },
}));
