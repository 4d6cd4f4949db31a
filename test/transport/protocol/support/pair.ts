import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two ends of one real connection over a Unix socket. */
export async function socketPair(): Promise<[Socket, Socket]> {
  const directory = mkdtempSync(join(tmpdir(), 'espalier-pair-'));
  const path = join(directory, 's');
  const server = createServer({ pauseOnConnect: true }).listen(path);
  await once(server, 'listening');
  const far = connect(path);
  const [near] = await once(server, 'connection');
  server.close();
  rmSync(directory, { recursive: true });
  return [near, far];
}
