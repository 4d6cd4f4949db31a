import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How long a server may take to listen. */
const START_MS = 20_000;

/** Starts a server and resolves when it listens on its socket. @throws Error with what it says when it does not */
export async function startServer([file, ...args], socket, options) {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const exited = once(child, 'exit');
  const until = performance.now() + START_MS;
  while (!(await listens(socket))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`${file} does not listen: ${said}`);
    await wait(20);
  }
  return {
    async stop() {
      child.kill('SIGINT');
      await exited;
    },
  };
}

async function listens(path) {
  const socket = connect(path);
  const open = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return open;
}
