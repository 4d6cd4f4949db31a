import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunId } from '../../../ids.js';
import { HELPER_VARIABLE } from '../proc/identity.js';
import { startTicksOf } from '../proc/proc.js';
import { scriptPath } from '../scripts/guard.js';

const SWEEP = fileURLToPath(new URL('./guardian-main.js', import.meta.url));
/** How long a guardian that ends at once is left alone before the next one, in milliseconds. */
const RESTART_MS = 100;
/** How long one may take to leave when asked to; to work, when its forker is dead: `GUARDIAN_MS` of forker/remote.ts. */
const GUARDIAN_LEAVE_MS = 2_000;

/**
 * Keeps one guardian alive: the `sh` that holds a pipe from this process and, when that breaks, ends what left its
 * group. It does nothing while this process lives.
 */
export class Guardian {
  #child: ChildProcess | undefined;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: {
      readonly runId: RunId;
      readonly generation: number;
      readonly directory: string;
      readonly hostPid: number;
      /** Tells of each guardian that was started. */
      readonly onGuardian?: (guardian: { readonly pid: number; readonly startTicks: number }) => void;
    },
  ) {}

  start(): void {
    const { runId, generation, directory, hostPid } = this.options;
    const host = `${hostPid}:${startTicksOf(hostPid)}`;
    const words = [runId, String(generation), directory, host, process.execPath, SWEEP];
    const child = spawn('/bin/sh', [scriptPath('guardian.sh'), ...words], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', [HELPER_VARIABLE]: runId },
    });
    if (child.pid !== undefined) {
      this.options.onGuardian?.({ pid: child.pid, startTicks: startTicksOf(child.pid) });
    }
    const began = Date.now();
    this.#child = child;
    let over = false;
    const again = () => {
      if (over || this.#closing) return;
      over = true;
      this.#timer = setTimeout(() => this.start(), Math.max(0, began + RESTART_MS - Date.now())).unref();
    };
    child.once('error', again);
    child.once('exit', again);
    // Writing to one that has just died is no news: its exit is.
    child.stdin?.on('error', () => child.stdin?.destroy());
    unref(child);
  }

  /** Tells it that there is nothing left to do, and resolves when it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin?.end('leave\n');
    // Somebody may have stopped it. It is our own uncollected child, so that no signal can reach another.
    child.kill('SIGCONT');
    const late = setTimeout(() => child.kill('SIGKILL'), GUARDIAN_LEAVE_MS);
    await gone;
    clearTimeout(late);
  }
}

/** It must not keep a host alive that has nothing else to do; its end shows by itself. */
function unref(child: ChildProcess): void {
  child.unref();
  const { stdin } = child;
  if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
}
