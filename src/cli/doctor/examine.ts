import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { createSystem, openReader, pool, programStarter, sqliteVersion } from '../../index.js';
import { OWN_FOLDER } from '../../working-folder.js';
import { type Finding, failed, finding, writable } from './finding.js';
import { machineFindings } from './machine.js';

/** How long the one program of the trial may take, in milliseconds. */
const TRIAL_MS = 10_000;

/** Looks at what the promises rest on, and tries it: a system of its own runs one program. Leaves nothing. */
export async function examine(db: string): Promise<readonly Finding[]> {
  const sqlite = database();
  const found = [...machineFindings(), sqlite];
  // Without SQLite nothing is to be had from a store, nor from a trial.
  if (sqlite.verdict === 'bad') return found;
  return [...found, await store(db), await trial()];
}

function database(): Finding {
  try {
    return finding('ok', 'SQLite', sqliteVersion());
  } catch (error) {
    return failed('SQLite', error);
  }
}

/** What is fit by all signs may still not work: a forker that may not be forked, a folder without room. */
async function trial(): Promise<Finding> {
  const starter = programStarter();
  const by =
    starter === 'zygote' ? 'the zygote' : 'sh, more slowly (no zygote was compiled here: it takes a C compiler)';
  try {
    const children = [pool({ id: 'trial', mode: 'exec', command: ['sh', '-c', 'echo fit'], size: 1 })];
    await using system = await createSystem({ name: 'doctor', store: ':memory:', serveJobs: false, children });
    const { stdout, durationMs } = await system.execPool('trial').exec('', { timeout: TRIAL_MS });
    if (stdout !== 'fit\n') return finding('bad', 'programs', `what a program printed did not arrive: ${stdout}`);
    return finding(starter === 'zygote' ? 'ok' : 'note', 'programs', `run in ${durationMs} ms, started by ${by}`);
  } catch (error) {
    return failed('programs', error);
  }
}

async function store(db: string): Promise<Finding> {
  if (!existsSync(db)) return noStoreYet(db);
  try {
    const reader = await openReader(db);
    const verdict = await reader.check().finally(() => reader.close());
    return finding(verdict === 'ok' ? 'ok' : 'bad', 'store', `${db}: ${verdict}`);
  } catch (error) {
    return failed('store', error);
  }
}

/** A store makes its own folder, `.espalier`, and no other. */
function noStoreYet(db: string): Finding {
  const folder = dirname(db);
  if (existsSync(folder)) return writable('store', folder, `none yet at ${db}; `);
  if (basename(folder) === OWN_FOLDER) return writable('store', dirname(folder), `none yet at ${db}; `);
  return finding('bad', 'store', `none yet at ${db}; the folder ${folder} does not exist: create it first`);
}
