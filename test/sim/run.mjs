// `npm run sim -- --seed N`: plays the random world of a seed over the store of jobs, and prints all that happened in it.
// With `--worlds N` or `--for SECONDS` as many from that seed on, until one is broken; with `--small` the small worlds are
// enumerated, each to its last state or for so many seconds.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    worlds: { type: 'string' },
    for: { type: 'string' },
    small: { type: 'boolean', default: false },
  },
});
const numberOf = (text) => (text === undefined ? null : Number(text));
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const { module } = await runnerImport(main, { configFile: false, logLevel: 'error' });
const isGood = module.main({
  seed: numberOf(values.seed) ?? Date.now() % 1_000_000_000,
  worlds: numberOf(values.worlds),
  seconds: numberOf(values.for),
  small: values.small,
});
process.exit(isGood ? 0 : 1);
