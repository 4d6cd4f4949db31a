import { isUtf8 } from 'node:buffer';
import { toWholeCharacter } from '../../stream-text.js';
import type { Output } from '../print/output.js';

/**
 * Writes on what a program wrote: its bytes as they are, or, for a terminal that would make anything of them, its text, with
 * U+FFFD for what is not UTF-8.
 */
export class ProgramOutput {
  /** Half a character, whose rest may follow. */
  #half: Buffer = Buffer.alloc(0);
  #isAltered = false;

  constructor(
    readonly output: Output,
    readonly asText: boolean,
  ) {}

  /** Whether something was written that the program did not write. */
  get isAltered(): boolean {
    return this.#isAltered;
  }

  async write(bytes: Buffer): Promise<void> {
    if (!this.asText) return await this.output.write(bytes);
    const all = Buffer.concat([this.#half, bytes]);
    const whole = all.subarray(0, toWholeCharacter(all).length);
    this.#half = all.subarray(whole.length);
    await this.#show(whole);
  }

  /** Nothing follows. */
  async end(): Promise<void> {
    await this.#show(this.#half);
    this.#half = Buffer.alloc(0);
  }

  async #show(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    this.#isAltered ||= !isUtf8(bytes);
    await this.output.write(bytes.toString());
  }
}
