import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FinishedJobAttempt } from '../../../src/persistence/contract/jobs.js';
import { openStore, type Store } from '../../../src/persistence/index.js';
import { readIdentity } from '../../../src/transport/process/proc/identity.js';
import { espalierHere, newFolder } from '../espalier.js';

/** A store in a folder of its own with a host that lives, which does what a test says, and the command line beside it. */
export async function hosted() {
  const folder = newFolder();
  const file = join(folder, 'app.db');
  const store: Store = await openStore(file, { mode: 'write', runId: 'h' });
  onTestFinished(() => store.close());
  const identity = readIdentity(process.pid);
  if (identity === null) throw new Error('this process is not in /proc');
  await store.hosts.register({ runId: 'h', name: 'app', identity, node: 'v', version: '0' });
  const run = (...args: string[]) => espalierHere(folder, [...args, '--db', file]);
  return { store, file, folder, run, ...work(store), submit: submitter(run) };
}

function submitter(run: (...args: string[]) => ReturnType<typeof espalierHere>) {
  return async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('submit', '--queue', 'q', ...args);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };
}

function work(store: Store) {
  const methods = [{ name: 'do', version: null }];
  return {
    serve: (queue = 'q') => store.jobs.serve({ owner: 'h', queue, path: '/pool', methods }),
    claim: async () => {
      const [claimed] = await store.jobs.claim({ owner: 'h', queue: 'q', methods, count: 1, processes: [] });
      if (claimed === undefined) throw new Error('nothing was claimed');
      return claimed;
    },
    finish: (parts: Pick<FinishedJobAttempt, 'jobId' | 'epoch' | 'attempt' | 'how'> & Partial<FinishedJobAttempt>) =>
      store.jobs.finish('h', { exit: null, durationMs: 12, ...parts }),
  };
}

/** Lines of JSON, parsed. */
export function json(stdout: string) {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
