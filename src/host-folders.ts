import { tmpdir } from 'node:os';
import { isAbsolute } from 'node:path';

/** Memory, where a FIFO costs a hundredth of what it can cost on a disk. */
const MEMORY = '/dev/shm';

/** The folders in which a host may have its private one, in the order in which they are tried; not every one need be there. */
export function hostFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const folders = [env.XDG_RUNTIME_DIR, MEMORY, tmpdir(), '/tmp'];
  return folders.filter((folder) => folder !== undefined).filter((folder) => isAbsolute(folder));
}
