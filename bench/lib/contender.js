import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * A process of its own for something that is measured, so that neither memory nor garbage of one contender slows another:
 * a fork costs more the bigger the process is. It does one thing at a time: `ask(message)` resolves with its answer.
 */
export async function startContender(url, args, execArgv = []) {
  const child = fork(url, args, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let stopping = false;
  const ended = once(child, 'exit').then(([code, signal]) => {
    if (stopping && code === 0) return;
    throw new Error(`${args.join(' ')} ended with ${signal ?? code}`);
  });
  // Whoever waits hears of it; between two questions nobody does.
  ended.catch(() => {});
  const answer = async () => (await Promise.race([once(child, 'message'), ended]))[0];
  await answer();
  return {
    pid: child.pid,
    ask(message) {
      child.send(message);
      return answer();
    },
    async stop() {
      stopping = true;
      child.disconnect();
      await ended;
    },
  };
}

/** The contender's side: says that it is ready, answers each message, and stops when its parent lets go of it. */
export function serve(handle, stop) {
  process.on('message', async (message) => process.send?.(await handle(message)));
  process.on('disconnect', stop);
  process.send?.({ ready: true });
}
