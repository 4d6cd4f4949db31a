import { spawn } from 'node:child_process';
import { EspalierError } from '../../../errors.js';
import { shortageIn } from '../../../machines/process/shortage.js';
import { fifoNames } from '../contract/launcher.js';
import { resolveProgram } from '../program/resolve.js';

/** Pairs made by one `mkfifo`, which costs a fork; and the stock below which the next batch is made. */
const BATCH = 64;
const LOW_WATER = 32;
/** How long one may take, in milliseconds: it is a matter of some; a busy machine must not make it fail. */
const MAKE_MS = 15_000;

/** Throws `ESP_PLATFORM` where FIFOs cannot be made: nothing could be started. */
export function requireMkfifo(path: string | undefined = process.env.PATH): void {
  try {
    resolveProgram('mkfifo', path, '/');
  } catch (cause) {
    const text = `mkfifo was not found on PATH (${path}), and programs write to FIFOs: add its folder, /usr/bin as a rule`;
    throw new EspalierError('ESP_PLATFORM', text, { cause, context: { program: 'mkfifo' } });
  }
}

/** Makes FIFO pairs in the host's folder, numbered from 0, in batches and ahead of need. */
export class FifoMaker {
  #made = 0;
  #making: Promise<string | null> | undefined;
  #closed = false;

  constructor(
    private readonly directory: string,
    private readonly generation: number,
    /** Called after each batch with the number of pairs made so far, or with why there are no more. */
    private readonly report: (made: number, failure: EspalierError | null) => void,
  ) {}

  /** Makes sure of a stock beyond the pairs that were taken. */
  refill(taken: number): void {
    if (this.#making !== undefined || this.#closed || this.#made - taken > LOW_WATER) return;
    this.#making = this.#make();
    void this.#making.then((failure) => {
      this.#making = undefined;
      if (failure === null) this.#made += BATCH;
      if (failure === null) return this.report(this.#made, null);
      const text = `no FIFOs could be made in ${this.directory}: ${failure}`;
      const context = { reason: shortageIn(failure) ?? 'mkfifo' };
      this.report(this.#made, new EspalierError('ESP_SPAWN', text, { context }));
    });
  }

  /** Makes no more, and resolves when none is in the making. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#making;
  }

  /** Resolves with what went wrong, or null. */
  #make(): Promise<string | null> {
    const names = Array.from({ length: BATCH }, (_, i) => fifoNames(this.generation, this.#made + i)).flat();
    const child = spawn('mkfifo', ['-m', '600', ...names], {
      cwd: this.directory,
      // In English, whose words are looked for.
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, 1000);
    });
    const late = setTimeout(() => {
      complaint = `EAGAIN: mkfifo did not end within ${MAKE_MS} ms`;
      child.kill('SIGKILL');
    }, MAKE_MS);
    return new Promise((resolve) => {
      const end = (failure: string | null) => {
        clearTimeout(late);
        resolve(failure);
      };
      child.once('error', (error) => end(error.message));
      child.once('close', (code) => end(code === 0 ? null : complaint.trim() || `mkfifo ended with ${code}`));
    });
  }
}
