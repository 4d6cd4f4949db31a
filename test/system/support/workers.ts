import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JournalEvent, type Pool, type ProtocolPoolOptions, pool, type System } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { until } from '../../transport/process/support.js';
import { python } from '../../transport/protocol/support/python.js';
import { folder, start } from './support.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../transport/protocol/fixtures/${name}`, import.meta.url));

/** How each SDK starts its twin of the worker that can be stuck in every way. */
export const stuck = {
  node: [process.execPath, fixture('stuck.mjs')],
  python: [python, fixture('stuck.py')],
} as const;
export type Sdk = keyof typeof stuck;
export const SDKS = Object.keys(stuck) as Sdk[];

/** A system with one pool `w` of such workers, ready. */
export async function workers(sdk: Sdk, options: Partial<ProtocolPoolOptions> = {}): Promise<Stage> {
  const children = [pool({ id: 'w', command: [...stuck[sdk]], size: 1, graceMs: 1000, ...options })];
  const system = await start({ children });
  const handle = system.pool('w');
  await handle.ready();
  return new Stage(system, handle);
}

/** Whether a method has written its line: a file that is there may still be empty. */
function isMarked(mark: string): boolean {
  return existsSync(mark) && readFileSync(mark, 'utf8').endsWith('\n');
}

export class Stage {
  readonly #folder = folder();
  #marks = 0;

  constructor(
    readonly system: System,
    readonly pool: Pool,
  ) {}

  /** A file that does not exist yet, for a method to say that it has begun. */
  mark(): string {
    this.#marks += 1;
    return join(this.#folder, `mark-${this.#marks}`);
  }

  /** Begins a call and waits until its method runs. What it rejects with is its value. */
  async begun(method: string, args: object = {}, options: Parameters<Pool['call']>[2] = {}) {
    const mark = this.mark();
    const outcome = this.pool.call(method, { mark, ...args }, options).catch((error: unknown) => error);
    await until(`${method} has begun`, () => isMarked(mark), 30_000);
    return { outcome, mark };
  }

  /** Begins a call that runs until it is let go. */
  async held(options: Parameters<Pool['call']>[2] = {}) {
    const { outcome, mark } = await this.begun('held', {}, options);
    return { outcome, letGo: () => writeFileSync(`${mark}.go`, '') };
  }

  /** Takes the first item of a stream and leaves it, once its method is past the place where it gave that item. */
  async leftStream(method: string): Promise<void> {
    const mark = this.mark();
    for await (const _ of this.pool.stream(method, { mark })) {
      await until(`${method} goes on`, () => isMarked(mark), 30_000);
      break;
    }
  }

  async pid(): Promise<number> {
    return Number(await this.pool.call('pid'));
  }

  /** The first event of a type in the journal. */
  event<T extends JournalEvent['type']>(type: T): Promise<Extract<JournalEvent, { type: T }>> {
    const is = (found: JournalEvent): found is Extract<JournalEvent, { type: T }> => found.type === type;
    return untilEvent(this.system, is).then((found) => {
      if (is(found)) return found;
      throw new Error('not that event');
    });
  }

  /** The paths of the seats' workers that live now. */
  seats(): readonly string[] {
    return this.system
      .tree()
      .filter(({ role }) => role === 'worker')
      .map(({ path }) => path);
  }
}
