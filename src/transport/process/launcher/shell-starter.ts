import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { EspalierError } from '../../../errors.js';
import { fifoNames, type LaunchOrder, PORT_SOCKET } from '../contract/launcher.js';
import { notStarted } from '../program/not-started.js';
import { programFaultBeforeShell } from '../program/program-file.js';
import { guardCommand } from '../scripts/guard.js';
import type { Program, ProgramStarter } from './program.js';
import { ShellProgram } from './shell-program.js';

/** Starts programs as children of this very process, each by a `sh` that leaves a watcher and becomes the program. */
export class ShellStarter implements ProgramStarter {
  constructor(private readonly place: { readonly directory: string; readonly generation: number }) {}

  async start(order: LaunchOrder): Promise<Program> {
    refuseForeign(order);
    const port = order.port === null ? null : await this.#connect(order, order.port);
    const child = this.#spawn(order, port);
    if (child.pid === undefined) {
      const [error] = await once(child, 'error').catch((failure: unknown) => [failure]);
      throw notStarted(order, error);
    }
    return new ShellProgram(child.pid, child);
  }

  async answers(): Promise<void> {
    // It is this very process that starts them.
  }

  wake(): void {
    // Nothing of it can be stopped apart from this process.
  }

  async close(): Promise<void> {
    // Nothing of it lives on its own.
  }

  async #connect(order: LaunchOrder, token: string): Promise<Socket> {
    try {
      return await connectPort(this.place.directory, token);
    } catch (error) {
      throw notStarted(order, error);
    }
  }

  /** The streams' other ends are closed here: only the program's own copies remain. */
  #spawn(order: LaunchOrder, port: Socket | null) {
    const { directory, generation } = this.place;
    const opened: number[] = [];
    try {
      const { file, args, env } = guardCommand({ ...order, port: port !== null });
      const stdin = openInput(order.stdin, opened);
      const [stdout, stderr] = fifoNames(generation, order.pair).map((name) =>
        // Without a reader, which means without a host, this fails with ENXIO. libuv makes fds 0 to 2 blocking again.
        openOnce(join(directory, name), constants.O_WRONLY | constants.O_NONBLOCK, opened),
      );
      // A port goes in as fd 0, where libuv makes it blocking, and the guard swaps it with fd 3.
      const [first, third] = port === null ? [stdin, 'ignore' as const] : [port, stdin];
      return spawn(file, args, { cwd: order.cwd, env, detached: true, stdio: [first, stdout, stderr, third, 'pipe'] });
    } catch (error) {
      throw notStarted(order, error);
    } finally {
      for (const fd of opened) closeSync(fd);
      port?.destroy();
    }
  }
}

/** The shell that is to become the program would run what the kernel refuses as a script of its own. */
function refuseForeign({ command: [program], cwd }: LaunchOrder): void {
  const fault = programFaultBeforeShell(program);
  if (fault === null) return;
  throw new EspalierError('ESP_SPAWN', `program ${JSON.stringify(program)} did not start: ${fault}`, {
    context: { program, cwd, reason: 'ENOEXEC' },
  });
}

function openInput(file: string | null, opened: number[]): number {
  if (file !== null) return openOnce(file, constants.O_RDONLY, opened);
  const fd = openSync('/dev/null', 'r');
  opened.push(fd);
  return fd;
}

function openOnce(path: string, flags: number, opened: number[]): number {
  const fd = openSync(path, flags);
  opened.push(fd);
  unlinkSync(path);
  return fd;
}

/** Connects a port to the host. Paused before it connects: what the host writes early must reach the program. */
async function connectPort(directory: string, token: string): Promise<Socket> {
  const socket = connect({ path: join(directory, PORT_SOCKET) });
  socket.pause();
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    socket.write(token, (error) => (error ? reject(error) : resolve()));
  });
  return socket;
}
