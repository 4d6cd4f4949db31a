import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { required } from '../support/required.js';
import type { Scenario, Trace } from './scenario.js';
import { scenarioTerm } from './terms.js';

/** Whether Erlang is installed. */
export function hasErlang(): boolean {
  return required('Erlang (escript)', spawnSync('escript', ['-h']).error === undefined);
}

interface Waiting {
  readonly resolve: (trace: Trace) => void;
  readonly reject: (error: Error) => void;
}

/** One Erlang that plays scenarios with its own supervisors, many of them side by side. */
export class Erlang {
  readonly #process: ChildProcess;
  readonly #stdin: Writable;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** @param script the path of `supervisor.escript` */
  constructor(script: string) {
    const child = spawn('escript', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process = child;
    this.#stdin = child.stdin;
    this.#read(child.stdout);
    child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`Erlang ended with ${code}`));
    });
  }

  /** The trace that Erlang/OTP's supervisors leave. */
  play(scenario: Scenario): Promise<Trace> {
    this.#last += 1;
    const number = this.#last;
    this.#stdin.write(`{${number}, ${scenarioTerm(scenario)}}.\n`);
    return new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
  }

  close(): void {
    this.#process.removeAllListeners('exit');
    this.#process.kill();
  }

  #read(stdout: Readable): void {
    createInterface(stdout).on('line', (line) => {
      const tab = line.indexOf('\t');
      const number = Number(line.slice(0, tab));
      const segments = line.slice(tab + 1).split('=');
      this.#waiting.get(number)?.resolve(segments.map((segment) => segment.split('|').filter(Boolean)));
      this.#waiting.delete(number);
    });
  }
}
