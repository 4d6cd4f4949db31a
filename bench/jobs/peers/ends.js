import { fork } from 'node:child_process';
import { once } from 'node:events';

const WORKER = new URL('./worker.js', import.meta.url);

/**
 * Starts a peer's worker and hears from it which jobs have ended: sooner than by what the peers have for that, where they have
 * something.
 */
export async function startWorker(name, options) {
  const child = fork(WORKER, [name, JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  await once(child, 'message');
  const early = new Set();
  const waiting = new Map();
  child.on('message', ({ ended }) => {
    for (const id of ended) {
      const tell = waiting.get(id);
      if (tell === undefined) early.add(id);
      else {
        waiting.delete(id);
        tell();
      }
    }
  });
  return {
    /** Resolves when a job has ended. */
    ended(id) {
      if (early.delete(id)) return;
      return new Promise((resolve) => waiting.set(id, resolve));
    },
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}
