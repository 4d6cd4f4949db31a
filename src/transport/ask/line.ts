import type { Socket } from 'node:net';
import { EspalierError } from '../../errors.js';

/**
 * The first line that comes through a socket, or all of it where it ends without one. Nothing behind the line is waited for.
 *
 * @throws EspalierError `ESP_INVALID` for more than `limit` bytes; what broke the socket
 */
export async function readLine(socket: Socket, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    const end = chunk.indexOf(10);
    chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
    size += chunk.length;
    if (size > limit) throw new EspalierError('ESP_INVALID', `more than ${limit} bytes came in one line`);
    if (end !== -1) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
