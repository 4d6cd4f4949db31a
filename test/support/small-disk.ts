import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { required } from './required.js';

/** A disk of its own that is small enough to be filled. */
export class SmallDisk {
  readonly #filling: string;

  private constructor(readonly path: string) {
    this.#filling = join(path, 'filling');
  }

  /** Of so many KiB. Null, loudly, where this user may not mount one. It goes away after the test. */
  static mount(kib: number): SmallDisk | null {
    const path = mkdtempSync(join(tmpdir(), 'espalier-disk-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path], { stdio: 'ignore' });
    } catch {
      required('the right to mount a small disk', false);
      return null;
    }
    onTestFinished(() => void execFileSync('umount', ['-l', path]));
    return new SmallDisk(path);
  }

  /** Writes until nothing more fits. */
  fill(): void {
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      try {
        for (;;) writeFileSync(this.#filling, Buffer.alloc(size), { flag: 'a' });
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      }
    }
  }

  /** Refuses every write, as a disk that was mounted so, until it is told otherwise. Nobody may write to it at this moment. */
  setReadOnly(isReadOnly: boolean): void {
    execFileSync('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.path]);
  }

  free(): void {
    rmSync(this.#filling, { force: true });
  }
}
