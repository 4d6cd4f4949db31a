import { EXIT_INTERRUPTED } from '../print/report.js';

/** What the person at the keyboard, or the system, asks of a command that runs. */
export interface Requests {
  /** First Ctrl-C. */
  pause(): void;
  /** Time to say so: whoever reads it and presses Ctrl-C again is not taken for an echo any more. */
  pausing(): void;
  /** Second Ctrl-C, SIGTERM, SIGHUP. */
  stop(signal: NodeJS.Signals): void;
}

/**
 * How long after a Ctrl-C another one is the same, in milliseconds. Whoever runs us (`timeout`, `npx`) often passes on what
 * the terminal has sent to the whole group already; no hand is as quick.
 */
export const ECHO_MS = 100;

/** Where signals come from, and what time it is. */
export interface SignalWorld {
  readonly source: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
  now(): number;
  setTimeout(act: () => void, ms: number): NodeJS.Timeout;
}

const world: SignalWorld = { source: process, now: () => performance.now(), setTimeout };

const ignore = () => undefined;

/** Turns signals into requests until disposed. A third Ctrl-C ends this process at once; what it started ends with it. */
export class Signals implements Disposable {
  readonly #requests: Requests;
  readonly #world: SignalWorld;
  readonly #interrupt = () => this.#count();
  readonly #stop = (signal: NodeJS.Signals) => this.#requests.stop(signal);
  #interrupts = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #saying: NodeJS.Timeout | undefined;

  constructor(requests: Requests, { source, ...clock }: SignalWorld = world) {
    this.#requests = requests;
    this.#world = { source, ...clock };
    source.on('SIGINT', this.#interrupt);
    source.on('SIGTERM', this.#stop);
    source.on('SIGHUP', this.#stop);
  }

  [Symbol.dispose](): void {
    const { source, setTimeout } = this.#world;
    clearTimeout(this.#saying);
    source.off('SIGTERM', this.#stop);
    source.off('SIGHUP', this.#stop);
    // Without a listener the echo of what has led here would end the process where it stands.
    if (this.#isEcho()) {
      source.on('SIGINT', ignore);
      setTimeout(() => source.off('SIGINT', ignore), ECHO_MS).unref();
    }
    source.off('SIGINT', this.#interrupt);
  }

  #isEcho(): boolean {
    return this.#world.now() - this.#lastAt < ECHO_MS;
  }

  #count(): void {
    if (this.#isEcho()) return;
    this.#lastAt = this.#world.now();
    this.#interrupts += 1;
    if (this.#interrupts === 1) {
      this.#requests.pause();
      this.#saying = this.#world.setTimeout(() => this.#requests.pausing(), ECHO_MS);
    } else if (this.#interrupts === 2) this.#requests.stop('SIGINT');
    else process.exit(EXIT_INTERRUPTED);
  }
}
