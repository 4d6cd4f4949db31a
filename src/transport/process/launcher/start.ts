import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, statSync, unlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { codeOf, EspalierError } from '../../../errors.js';
import { guardCommand } from '../guard.js';
import { fifoNames, type LaunchOrder, PORT_SOCKET } from './launcher.js';

/** Starts the guard of one program. The streams' other ends are closed here: only the program's own copies remain. */
export function startGuard(
  directory: string,
  generation: number,
  order: LaunchOrder,
  port: Socket | null,
): ChildProcess {
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
export async function connectPort(directory: string, token: string): Promise<Socket> {
  const socket = connect({ path: join(directory, PORT_SOCKET) });
  socket.pause();
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    socket.write(token, (error) => (error ? reject(error) : resolve()));
  });
  return socket;
}

/** The error for a program that did not start, with the cause people can act on. */
export function notStarted(order: Pick<LaunchOrder, 'command' | 'cwd'>, error: unknown): EspalierError {
  if (error instanceof EspalierError) return error;
  const program = JSON.stringify(order.command[0]);
  const code = codeOf(error);
  const context = { program: order.command[0], cwd: order.cwd, reason: code ?? String(error) };
  const text = `program ${program} did not start: ${explain(code, order.cwd) ?? describe(error)}`;
  return new EspalierError('ESP_SPAWN', text, { cause: error, context });
}

function explain(code: string | undefined, cwd: string): string | undefined {
  switch (code) {
    case 'E2BIG':
      return 'its arguments and environment are too long for the operating system';
    case 'EAGAIN':
      return 'no more processes are allowed (see ulimit -u)';
    case 'EMFILE':
    case 'ENFILE':
      return 'no more files can be open (see ulimit -n)';
    case 'ENXIO':
      return 'the host no longer reads its output';
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EACCES':
      return folderFault(cwd);
    default:
      return undefined;
  }
}

function folderFault(cwd: string): string | undefined {
  try {
    if (statSync(cwd).isDirectory()) return undefined;
    return `its working folder ${cwd} is not a folder`;
  } catch (error) {
    return `its working folder ${cwd} cannot be used (${codeOf(error) ?? String(error)})`;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
