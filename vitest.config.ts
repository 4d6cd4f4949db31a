import { configDefaults, defineConfig } from 'vitest/config';

/** `vitest run` takes the quick tests, `vitest run --mode slow` those of `*.slow.test.ts` alone. */
export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === 'slow' ? 'test/**/*.slow.test.ts' : 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(mode === 'slow' ? [] : ['**/*.slow.test.ts'])],
    testTimeout: mode === 'slow' ? 300_000 : 30_000,
    hookTimeout: 30_000,
    // Real processes compete for the cores: more files at once make no run quicker, only less steady.
    maxWorkers: mode === 'slow' ? 1 : 2,
  },
}));
