import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { line } from '../../transport/process/support.js';

export interface JobHostOptions {
  /** The address of a module of operations. */
  readonly operations?: URL;
  /** What it runs, of `test/system/fixtures`: `job-host.mjs`. */
  readonly script?: string;
  /** What is said to Node before it. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A host in a process of its own that does the jobs of a shared store. */
export class JobHost {
  private constructor(
    readonly process: ChildProcessByStdio<Writable, Readable, null>,
    readonly runId: string,
  ) {}

  static async start(store: string, options: JobHostOptions = {}): Promise<JobHost> {
    const { operations, script = 'job-host.mjs', node = [], env = {} } = options;
    const file = fileURLToPath(new URL(`../fixtures/${script}`, import.meta.url));
    const args = [...node, file, store, ...(operations === undefined ? [] : [operations.href])];
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
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
