import { realpathSync, statSync } from 'node:fs';
import { EspalierError } from '../../errors.js';
import { beside } from './beside.js';

/** The file itself, its log and the log's index. */
const PARTS = ['file', 'log', 'index'] as const;
type Part = (typeof PARTS)[number];

/**
 * Whether the files of an open store still stand where they were opened. A file that was removed or replaced can be written
 * all the same, by whoever has it open: what is written is lost with it, and nobody else ever sees it.
 */
export class StandingFiles {
  readonly #paths: Readonly<Record<Part, string>>;
  /** Device and number of each, once it was seen. */
  readonly #known = new Map<Part, string>();

  /** @param file as it was opened, just now */
  constructor(readonly file: string) {
    const real = realpathSync(file);
    this.#paths = { file, log: beside(real, 'log'), index: beside(real, 'index') };
    this.look();
  }

  /** Null as long as all of it stands; otherwise `ESP_STORE_UNUSABLE`. A few microseconds. */
  look(): EspalierError | null {
    for (const part of PARTS) {
      const found = placeOf(this.#paths[part]);
      const known = this.#known.get(part);
      if (known === undefined && found !== null) this.#known.set(part, found);
      if (known !== undefined && found !== known) return this.#moved(part, found === null);
    }
    return null;
  }

  #moved(part: Part, isGone: boolean): EspalierError {
    const path = this.#paths[part];
    const what = isGone
      ? `${path} was removed or renamed while it was open`
      : `${path} is another file now than the one that was opened`;
    const hint = 'put it back as it was, or stop this host and start it on a store that it can keep';
    return new EspalierError('ESP_STORE_UNUSABLE', `${what}: nothing is written to it any more; ${hint}`, {
      context: { file: this.file, moved: path, reason: isGone ? 'gone' : 'replaced' },
    });
  }
}

function placeOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
