// `npm run planted -- [NAME…] [--for SECONDS] [--all]`: plants errors in a copy of the tree, one at a time, and looks whether the
// test that is named with each fails. All of them without a name; with --for as many as fit into the time, the first of them
// by the commit, so that all come by turns, unless --all are asked for. `--list` names them.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    for: { type: 'string' },
    all: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const { module } = await runnerImport(main, { configFile: false, logLevel: 'error' });
const seconds = values.for === undefined || values.all ? null : Number(values.for);
process.exit((await module.main({ names: positionals, seconds, list: values.list })) ? 0 : 1);
