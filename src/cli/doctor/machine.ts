import { readFileSync } from 'node:fs';
import { hostFolders } from '../../host-folders.js';
import { isEspalierError, resolveProgram } from '../../index.js';
import { type Finding, finding, writable } from './finding.js';

/** What the machine gives: Node, its platform, programs, /proc, folders, an init and limits. */
export function machineFindings(): readonly Finding[] {
  const all = [node(), platform(), ...programs(), proc(), temporary()];
  // What is read from /proc is found on Linux alone.
  return process.platform === 'linux' ? [...all, init(), limits()] : all;
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
