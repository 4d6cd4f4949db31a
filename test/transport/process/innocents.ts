import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { required } from '../../support/required.js';
import { fixture } from './doomed-host.js';
import { line } from './support.js';

const NEXT_PID = '/proc/sys/kernel/ns_last_pid';

/** Whether this user may choose the pid of the next process. */
export function canChoosePids(): boolean {
  return required(`the right to write ${NEXT_PID}, for forced pid reuse,`, mayWrite(NEXT_PID));
}

function mayWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    // For whatever reason: who asked says what is missing.
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
