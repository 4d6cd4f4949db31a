import { join } from 'node:path';
import { startServer } from './server.js';

/** A Redis of one's own on a socket in the folder, which appends to its file and syncs it `always`, or `everysec`. */
export async function startRedis(folder, appendfsync) {
  const path = join(folder, 'redis.sock');
  const settings = { port: 0, unixsocket: path, dir: folder, save: '', appendonly: 'yes', appendfsync };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = await startServer(['redis-server', ...words], path);
  return { ...server, path };
}
