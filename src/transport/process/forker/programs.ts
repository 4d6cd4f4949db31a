import { EspalierError } from '../../../errors.js';
import type { ProcessExit } from '../../../machines/process/process.js';
import { TransientMap } from '../../../transient-map.js';
import type { GroupEnd } from '../contract/launcher.js';
import type { Notice } from './link.js';

interface Program {
  readonly settle: (end: GroupEnd | null | Promise<never>) => void;
  readonly release: () => void;
  exited: boolean;
}

/** The programs of one forker, from their start until their groups are gone. */
export class Programs {
  readonly #programs = new TransientMap<string, Program>();

  constructor(private readonly onExit: (spawnId: string, exit: ProcessExit) => void) {}

  /**
   * Notes one that is being started. Resolves with the end of its group, null when nobody saw it.
   *
   * @param release called when it is over
   */
  add(spawnId: string, release: () => void): Promise<GroupEnd | null> {
    const ended = new Promise<GroupEnd | null>((settle) => {
      this.#programs.set(spawnId, { settle, release, exited: false });
    });
    // Who asks for the group's end hears of its failure; nobody may.
    ended.catch(() => undefined);
    return ended;
  }

  runs(spawnId: string): boolean {
    return this.#programs.get(spawnId)?.exited === false;
  }

  /** It did not start. */
  remove(spawnId: string): void {
    this.#settle(spawnId, null);
  }

  exited({ spawnId, code, signal }: Extract<Notice, { t: 'exited' }>): void {
    const program = this.#programs.get(spawnId);
    if (program !== undefined) program.exited = true;
    this.onExit(spawnId, { code, signal });
  }

  ended({ spawnId, pinnedUntil, failure }: Extract<Notice, { t: 'ended' }>): void {
    if (failure !== null) this.#settle(spawnId, Promise.reject(new EspalierError('ESP_QUARANTINED', failure)));
    else this.#settle(spawnId, pinnedUntil === null ? null : { pinnedUntil });
  }

  /** The forker is gone: nobody will say how they ended. */
  abandon(): void {
    for (const [spawnId, program] of [...this.#programs]) {
      if (!program.exited) this.onExit(spawnId, { code: null, signal: null });
      this.#settle(spawnId, null);
    }
  }

  #settle(spawnId: string, end: GroupEnd | null | Promise<never>): void {
    const program = this.#programs.take(spawnId);
    program?.settle(end);
    program?.release();
  }
}
