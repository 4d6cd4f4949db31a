import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openDoors, TOKEN } from '../doors.js';

const program = fileURLToPath(new URL('clients.mjs', import.meta.url));

/** What became of a client: the connections it has made, how often it began anew, and the events that it shows. */
export interface Told {
  readonly connections: number;
  readonly resyncs: { readonly count: number; readonly last: string | null };
  readonly seqs: readonly number[];
}

/** Where the clients are to be. */
export interface Goal {
  readonly seq: number;
  readonly digest: string;
}

/**
 * An inspector at a Unix socket, mounted as in a server of a user's. The kernel keeps two hundred kilobytes for each of its
 * connections, of a network's it keeps megabytes: a client that does not read is soon the host's affair.
 */
export async function mountDoors() {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-crowd-'));
  const path = join(folder, 'socket');
  const opened = await openDoors();
  const { doors } = opened;
  const server = createServer((request, response) => void doors.handle(request, response));
  server.on('upgrade', (request, socket, head) => void doors.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...opened, path };
}

/** Clients in a process of their own: what they hold is not the host's, and it can be stopped and killed as a whole. */
export class Crowd {
  readonly #child: ChildProcess;

  private constructor(path: string, count: number, looking: boolean) {
    this.#child = fork(program, [path, TOKEN, String(count), ...(looking ? ['looking'] : [])]);
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  /** Resolves when all of them stand; `looking` ones follow the journal and the tree. */
  static async of(count: number, path: string, { looking }: { readonly looking: boolean }): Promise<Crowd> {
    const crowd = new Crowd(path, count, looking);
    await once(crowd.#child, 'message');
    return crowd;
  }

  /** Resolves when all of them are there. */
  async until(goal: Goal): Promise<readonly Told[]> {
    const answer = once(this.#child, 'message');
    this.#child.send(goal);
    const [told]: readonly (readonly Told[])[] = await answer;
    return told ?? [];
  }

  /** None of them reads any more. */
  stop(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
