/** `npm run mutation`: does a test fail when a line of src/machines is wrong? See docs/testing.md. */
export default {
  testRunner: 'machines',
  plugins: ['./scripts/mutation-runner.mjs', './scripts/mutation-ignore.mjs'],
  ignorers: ['unobservable'],
  // TypeScript 7 has no API that Stryker could rewrite a tsconfig with; nothing here has to be rewritten.
  tsconfigFile: 'no-tsconfig.json',
  disableTypeChecks: false,
  mutate: ['src/machines/**/*.ts'],
  ignorePatterns: ['dist', 'bench', 'docs', 'examples', 'inspector', 'sdk', '.ci', 'reports'],
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  tempDirName: '.stryker-tmp',
  concurrency: 1,
  // The machine may be busy with other things, and more so than when the tests were timed.
  timeoutMS: 10_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 60,
  thresholds: { high: 95, low: 90, break: 90 },
};
