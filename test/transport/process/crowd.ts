import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect } from 'vitest';
import { line, lives } from './support.js';

/** Plays the tests of a file beside so many processes, which must outlive them. */
export function besideCrowd(size: number): void {
  let crowd: Crowd | undefined;
  beforeAll(async () => {
    crowd = await Crowd.gather(size);
  });
  afterAll(() => {
    const dead = crowd?.pids.filter((pid) => !lives(pid));
    crowd?.disperse();
    expect(dead).toEqual([]);
  });
}

/** Many processes that have nothing to do with us: they make every look at the machine longer, and must survive. */
class Crowd {
  readonly #shell: ChildProcess;
  #pids: readonly number[] = [];

  private constructor(shell: ChildProcess) {
    this.#shell = shell;
  }

  static async gather(size: number): Promise<Crowd> {
    const script = `i=0; while [ $i -lt ${size} ]; do sleep 20000 & p="$p $!"; i=$((i+1)); done; echo $p; wait`;
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const crowd = new Crowd(shell);
    crowd.#pids = (await line(shell.stdout)).trim().split(' ').map(Number);
    return crowd;
  }

  get pids(): readonly number[] {
    return this.#pids;
  }

  /** They share the group of their shell, which is our own uncollected child. */
  disperse(): void {
    if (this.#shell.pid !== undefined && this.#shell.exitCode === null) process.kill(-this.#shell.pid, 'SIGKILL');
  }
}
