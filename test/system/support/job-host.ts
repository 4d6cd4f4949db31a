import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { line } from '../../transport/process/support.js';

const SCRIPT = fileURLToPath(new URL('../fixtures/job-host.mjs', import.meta.url));

/** A host in a process of its own that does the jobs of a shared store. */
export class JobHost {
  private constructor(
    readonly process: ChildProcessByStdio<Writable, Readable, null>,
    readonly runId: string,
  ) {}

  /** @param operations the address of a module of operations */
  static async start(store: string, operations?: URL): Promise<JobHost> {
    const args = operations === undefined ? [] : [operations.href];
    const child = spawn(process.execPath, [SCRIPT, store, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const { runId }: { runId: string } = JSON.parse(await line(child.stdout));
    return new JobHost(child, runId);
  }

  /** Ends its process without a word. */
  async kill(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }

  /** Lets it stop in good order. */
  async stop(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.stdin.end();
    await exited;
  }
}
