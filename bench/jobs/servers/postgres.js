import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from './server.js';

const DEBIAN = '/usr/lib/postgresql';
const PORT = 5432;

/** A PostgreSQL of one's own on a socket in the folder, as it comes: it syncs each commit. */
export async function startPostgres(folder) {
  const bin = programs();
  const user = userOf();
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '--encoding=UTF8'], {
    ...{ ...user, cwd: folder, encoding: 'utf8' },
  });
  if (made.status !== 0) throw new Error(`initdb ended with ${made.status}: ${made.stderr}`);
  const words = ['-D', data, '-k', folder, '-p', String(PORT), '-c', 'listen_addresses='];
  const socket = join(folder, `.s.PGSQL.${PORT}`);
  const server = await startServer([join(bin, 'postgres'), ...words], socket, { ...user, cwd: folder });
  return { ...server, connection: { host: folder, port: PORT, user: 'bench', database: 'postgres', max: 20 } };
}

/** Debian keeps them off the path, one folder for each version. */
function programs() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.length === 0 ? '' : join(DEBIAN, versions[0], 'bin');
}

/** It refuses to be root: then it is the user that its package made. */
function userOf() {
  if (process.getuid() !== 0) return {};
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  if (uid === undefined) throw new Error('there is no user postgres');
  return { uid: Number(uid), gid: Number(gid) };
}
