import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { fixture } from './doomed-host.js';
import { line } from './support.js';

/** Whether this user may choose the pid of the next process. */
export function canChoosePids(): boolean {
  try {
    accessSync('/proc/sys/kernel/ns_last_pid', constants.W_OK);
    return true;
  } catch (error) {
    console.warn(`SKIPPED: forced pid reuse needs root to write /proc/sys/kernel/ns_last_pid (${String(error)})`);
    return false;
  }
}

/** A process that has nothing to do with us, and must survive. */
export function bystander(): ChildProcess {
  return spawn('/bin/sleep', ['300'], { stdio: 'ignore', detached: true, env: {} });
}

/** How long others may hold a number that is wanted, in seconds: a short-lived process of some other test gets it too. */
const PATIENCE_S = 60;

/**
 * A process with exactly that pid, leader of a session and a group of that number. Waits until nothing holds the number any
 * more, as pid, group or session: a zombie does until it is collected. Killing the answer's `pid` ends it.
 */
export async function impostor(pid: number): Promise<{ readonly pid: number; readonly end: () => void }> {
  const parent = spawn('/usr/bin/perl', [fixture('take-pid.pl'), String(pid), String(PATIENCE_S)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if ((await line(parent.stdout)) !== 'taken') throw new Error(`pid ${pid} could not be taken`);
  return { pid, end: () => process.kill(pid, 'SIGKILL') };
}
