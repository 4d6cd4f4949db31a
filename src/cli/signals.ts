/** What the person at the keyboard, or the system, asks of a command that runs. */
export interface Requests {
  /** First Ctrl-C. */
  pause(): void;
  /** Second Ctrl-C, SIGTERM, SIGHUP. */
  stop(signal: NodeJS.Signals): void;
}

/** Turns signals into requests until disposed. A third Ctrl-C ends this process at once; what it started ends with it. */
export class Signals implements Disposable {
  readonly #requests: Requests;
  readonly #interrupt = () => this.#count();
  readonly #stop = (signal: NodeJS.Signals) => this.#requests.stop(signal);
  #interrupts = 0;

  constructor(requests: Requests) {
    this.#requests = requests;
    process.on('SIGINT', this.#interrupt);
    process.on('SIGTERM', this.#stop);
    process.on('SIGHUP', this.#stop);
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#interrupt);
    process.off('SIGTERM', this.#stop);
    process.off('SIGHUP', this.#stop);
  }

  #count(): void {
    this.#interrupts += 1;
    if (this.#interrupts === 1) this.#requests.pause();
    else if (this.#interrupts === 2) this.#requests.stop('SIGINT');
    else process.exit(130);
  }
}
