import { chmod, lstat, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { codeOf, EspalierError } from '../../../errors.js';
import { hostFolders } from '../../../host-folders.js';

const PREFIX = 'esp-';
/** Paths of Unix sockets end at 107 bytes; the folder and the longest name in it must fit. */
const LONGEST_PARENT = 72;
/** What must be free in a folder: a forker makes 128 FIFOs at a time. */
const LEAST_BYTES = 512 * 1024;
const LEAST_FILES = 512;

/**
 * Makes a host's private folder for FIFOs, stdin files and the port socket: mode 0700, ours, under the runtime folder, in
 * shared memory or under the temporary one, whichever has room. Throws `ESP_PLATFORM` when none can hold it.
 */
export async function createHostDirectory(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const failures: string[] = [];
  for (const parent of hostFolders(env)) {
    if (Buffer.byteLength(parent) > LONGEST_PARENT) {
      failures.push(`${parent}: the path is too long for a socket`);
      continue;
    }
    try {
      if (!(await hasRoom(parent))) {
        failures.push(`${parent}: it is full`);
        continue;
      }
      const directory = await mkdtemp(join(parent, PREFIX));
      // What the umask has taken away.
      await chmod(directory, 0o700);
      if (await isPrivate(directory)) return directory;
      failures.push(`${directory}: is not private to this user`);
    } catch (error) {
      failures.push(String(error));
    }
  }
  throw new EspalierError('ESP_PLATFORM', `no private folder for this host could be made: ${failures.join('; ')}`);
}

/** Room for the first FIFOs and small files; a file system without limits says that it has none at all. */
async function hasRoom(parent: string): Promise<boolean> {
  const { blocks, bavail, bsize, files, ffree } = await statfs(parent);
  return (blocks === 0 || bavail * bsize >= LEAST_BYTES) && (files === 0 || ffree >= LEAST_FILES);
}

/** Removes a folder made by `createHostDirectory`, and nothing else: a path that is not one of ours is left alone. */
export async function removeHostDirectory(directory: string): Promise<boolean> {
  if (!isAbsolute(directory) || !basename(directory).startsWith(PREFIX)) return false;
  if (!(await isPrivate(directory))) return false;
  // A `mkfifo` whose forker was killed may still be at work in it.
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
  return true;
}

/** Removes what forkers before `generation` made in a host's folder and did not use. */
export async function removeLeftovers(directory: string, generation: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const made = /^(\d+)[-.]/.exec(name)?.[1];
    if (made !== undefined && Number(made) < generation) await rm(join(directory, name), { force: true });
  }
}

async function isPrivate(directory: string): Promise<boolean> {
  try {
    const stat = await lstat(directory);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
