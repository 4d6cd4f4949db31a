// Code that nobody uses, found by knip from the entries in knip.json: `check-unused.mjs [FOLDER]`. Prints each breach as
// `file:line: what; what to do`, and exits 1 if there is one. See CONTRIBUTING.md.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SAID = {
  files: () => 'nobody imports this file; remove it, or name it in knip.json if it is started by its address',
  exports: (name) => `nobody imports ${name}; drop the export, or what it exports`,
  types: (name) => `nobody imports the type ${name}; drop the export, or the type`,
  dependencies: (name) => `nobody imports the dependency ${name}; uninstall it`,
  devDependencies: (name) => `nobody imports the dependency ${name}; uninstall it`,
  unlisted: (name) => `imports ${name}, which package.json does not name; install it`,
  unresolved: (name) => `imports ${name}, which is not there; mend the path`,
};

const home = fileURLToPath(new URL('..', import.meta.url));
const root = process.argv[2] ?? home;
const knip = join(home, 'node_modules', 'knip', 'bin', 'knip.js');
const { status, stdout, stderr } = spawnSync(process.execPath, [knip, '--reporter', 'json', '--no-progress'], {
  cwd: root,
  encoding: 'utf8',
});
// Knip answers 1 for what it found, and 2 for what kept it from looking.
if (status !== 0 && status !== 1) throw new Error(`knip ended with ${status}: ${stderr || stdout}`);

const said = JSON.parse(stdout).issues.flatMap(({ file, ...found }) =>
  Object.entries(SAID).flatMap(([kind, what]) =>
    (found[kind] ?? []).map(({ name, line }) => `${file}${line === undefined ? '' : `:${line}`}: ${what(name)}`),
  ),
);
for (const breach of said) console.error(breach);
console.log(`unused code: ${said.length} breaches`);
process.exitCode = said.length === 0 && status === 0 ? 0 : 1;
