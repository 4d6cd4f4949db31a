import { readdirSync } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../errors.js';
import type { ProcessIdentity } from '../machines/process/process.js';
import type { OpenStoreOptions } from '../persistence/contract/options.js';
import { MEMORY_PREFIX, openStore, type Store } from '../persistence/index.js';
import { isSameMachine, isThere, readIdentity, thisMachine } from '../transport/process/proc/identity.js';

/**
 * Opens a host's store. One in memory lies in a folder that names its host by pid and start: a host that is killed cannot
 * remove it, so the next one does.
 */
export async function openHostStore(file: string, options: OpenStoreOptions): Promise<Store> {
  if (file !== ':memory:') return openStore(file, options);
  await removeDeadMemoryStores();
  const identity = readIdentity(process.pid);
  return openStore(file, identity === null ? options : { ...options, owner: ownerOf(identity) });
}

/** Removes the folders of stores in memory whose hosts are provably dead: of this user, this boot and this pid namespace. */
export async function removeDeadMemoryStores(folder = tmpdir()): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of namesIn(folder)) {
    const owner = parseOwner(name);
    if (owner === null || !isSameMachine(owner, thisMachine()) || isThere(owner)) continue;
    const path = join(folder, name);
    if (!(await isOurs(path))) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}

/** Pid, start ticks, pid namespace and boot: `1234-5678-4026531836-<boot id>`. */
function ownerOf({ pid, startTicks, pidNamespace, bootId }: ProcessIdentity): string {
  return [pid, startTicks, pidNamespace.replace(/\D/g, ''), bootId].join('-');
}

function parseOwner(name: string): ProcessIdentity | null {
  if (!name.startsWith(MEMORY_PREFIX)) return null;
  const found = /^(\d+)-(\d+)-(\d+)-([0-9a-f-]{36})-[^-]+$/.exec(name.slice(MEMORY_PREFIX.length));
  if (found === null) return null;
  const [, pid, startTicks, namespace, bootId = ''] = found;
  return { pid: Number(pid), startTicks: Number(startTicks), pidNamespace: `pid:[${namespace}]`, bootId };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // Where nobody may look, nobody can clean up.
    if (codeOf(error) === undefined) throw error;
    return [];
  }
}

async function isOurs(path: string): Promise<boolean> {
  try {
    const stat = await lstat(path);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
  } catch (error) {
    // Another host has removed it meanwhile.
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
