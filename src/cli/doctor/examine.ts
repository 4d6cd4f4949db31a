import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { toErrorRecord } from '../../errors.js';
import { hostFolders } from '../../host-folders.js';
import {
  createSystem,
  isEspalierError,
  openReader,
  pool,
  programStarter,
  resolveProgram,
  sqliteVersion,
} from '../../index.js';
import { OWN_FOLDER } from '../../working-folder.js';

/** How long the one program of the trial may take, in milliseconds. */
const TRIAL_MS = 10_000;

/** What was found: `ok`, worth knowing, or in the way. */
export interface Finding {
  readonly verdict: 'ok' | 'note' | 'bad';
  readonly check: string;
  readonly found: string;
}

/** Looks at what the promises rest on, and tries it: a system of its own runs one program. Leaves nothing. */
export async function examine(db: string): Promise<readonly Finding[]> {
  const machine = [node(), platform(), ...programs(), proc(), temporary()];
  // What is read from /proc is found on Linux alone.
  if (process.platform === 'linux') machine.push(init(), limits());
  const sqlite = database();
  machine.push(sqlite);
  // Without SQLite nothing is to be had from a store, nor from a trial.
  if (sqlite.verdict === 'bad') return machine;
  return [...machine, await store(db), await trial()];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  return finding(fits ? 'ok' : 'bad', 'Node', `${process.version}${fits ? '' : '; 20.19 or newer is needed'}`);
}

function platform(): Finding {
  const { platform, arch } = process;
  if (platform === 'linux') return finding('ok', 'platform', `linux ${arch}`);
  return finding('bad', 'platform', `${platform}: processes need Linux, where /proc proves whose they are`);
}

/** The guard, the watcher and the streams of every process need these two. */
function programs(): Finding[] {
  return ['sh', 'mkfifo'].map((name) => {
    try {
      return finding('ok', name, resolveProgram(name, process.env.PATH, process.cwd()));
    } catch (error) {
      if (!isEspalierError(error)) throw error;
      return finding('bad', name, error.message);
    }
  });
}

/** Proof of identity comes from /proc: start ticks and the environment with the cookie. */
function proc(): Finding {
  try {
    readFileSync('/proc/self/stat');
    readFileSync('/proc/self/environ');
    readFileSync('/proc/sys/kernel/random/boot_id');
    return finding('ok', '/proc', 'readable');
  } catch (error) {
    return finding('bad', '/proc', error instanceof Error ? error.message : String(error));
  }
}

/** The folders in which a host can have its own; the first that may be written is taken. */
function temporary(): Finding {
  const findings = hostFolders().map((folder) => writable('private files', folder));
  return findings.find(({ verdict }) => verdict === 'ok') ?? finding('bad', 'private files', said(findings));
}

function said(findings: readonly Finding[]): string {
  return findings.map(({ found }) => found).join('; ');
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
    await using system = await createSystem({ name: 'doctor', store: ':memory:', children });
    const { stdout, durationMs } = await system.execPool('trial').exec('', { timeout: TRIAL_MS });
    if (stdout !== 'fit\n') return finding('bad', 'programs', `what a program printed did not arrive: ${stdout}`);
    return finding(starter === 'zygote' ? 'ok' : 'note', 'programs', `run in ${durationMs} ms, started by ${by}`);
  } catch (error) {
    return failed('programs', error);
  }
}

function failed(check: string, error: unknown): Finding {
  return finding('bad', check, toErrorRecord(error).message);
}

/** As process 1, or below one that reaps nothing, ended processes stay as zombies. */
function init(): Finding {
  const name = readFileSync('/proc/1/comm', 'utf8').trim();
  if (process.pid !== 1 && name !== 'node') return finding('ok', 'init', name);
  return finding('note', 'init', `process 1 is ${name}, which reaps no orphans: start the container with --init`);
}

function limits(): Finding {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const limit = line?.[1] ?? 'unknown';
  const low = Number(limit) < 1024;
  return finding(low ? 'note' : 'ok', 'open files', low ? `${limit}: each process needs about 8` : limit);
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

function writable(check: string, folder: string, before = ''): Finding {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return finding('ok', check, `${before}${folder} is writable`);
  } catch {
    return finding('bad', check, `${before}${folder} is not writable`);
  }
}

/** A store makes its own folder, `.espalier`, and no other. */
function noStoreYet(db: string): Finding {
  const folder = dirname(db);
  if (existsSync(folder)) return writable('store', folder, `none yet at ${db}; `);
  if (basename(folder) === OWN_FOLDER) return writable('store', dirname(folder), `none yet at ${db}; `);
  return finding('bad', 'store', `none yet at ${db}; the folder ${folder} does not exist: create it first`);
}

function finding(verdict: Finding['verdict'], check: string, found: string): Finding {
  return { verdict, check, found };
}
