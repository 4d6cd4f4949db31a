import { runTool, type ToolContext } from '../actors/desk/host-tool.js';
import type { WorkerDesk } from '../actors/desk/worker-desk.js';
import type { AnyPool, Pool } from '../actors/handles/pool-handle.js';
import { EspalierError } from '../errors.js';
import { signal as abortSignal, checkArgument, checkOptions, fields, milliseconds, text } from '../options.js';
import type { MethodDescription } from '../transport/protocol/messages.js';
import { searchTools } from '../transport/protocol/tool-search.js';

/** A host tool, or a method of a pool's workers, as it is listed. */
export interface ListedTool extends MethodDescription {
  /** How it is called here: a host tool by its name, a method by its pool and its name, as in `embed.generate`. */
  readonly name: string;
  readonly core: boolean;
  /** The path of the pool whose workers have it; null for a host tool. */
  readonly pool: string | null;
}

/** One of several calls. */
export interface ToolCall {
  readonly name: string;
  readonly args?: unknown;
}

export interface ToolCallOptions {
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const toolCallRule = fields<ToolCallOptions>({ timeout: milliseconds(1), signal: abortSignal });

/** Everything that can be called by a name: the host's tools and the methods of its pools' workers. */
export class SystemTools {
  readonly #desk: WorkerDesk;
  readonly #pools: () => Iterable<AnyPool>;
  readonly #requireRunning: () => void;

  /** @param requireRunning throws once the system has stopped: then no tool is run any more */
  constructor(desk: WorkerDesk, pools: () => Iterable<AnyPool>, requireRunning: () => void) {
    this.#desk = desk;
    this.#pools = pools;
    this.#requireRunning = requireRunning;
  }

  /** Core tools first, then the host's others, then the methods that workers have said they have. */
  list(): readonly ListedTool[] {
    const described = new Map(this.#desk.caps().tools?.map((tool) => [tool.name, tool]));
    const own = [...this.#desk.tools.values()].map(
      ({ name, core = false }): ListedTool => ({ ...described.get(name), name, core, pool: null }),
    );
    return [...own, ...this.#methods().map(({ listed }) => listed)];
  }

  /**
   * Those whose name or description holds every word, in any case; those that hold one in their name first.
   *
   * @example
   * system.tools.search('disk free'); // [{ name: 'disk', description: 'Free bytes on a file system', … }]
   */
  search(words: string): readonly ListedTool[] {
    checkArgument('what is searched for', words, text);
    return searchTools(this.list(), words);
  }

  /**
   * Calls a tool. A method of a pool of which no worker has been ready yet waits for one, as `pool.call` does.
   *
   * @throws EspalierError `ESP_NOT_FOUND`, `ESP_INVALID` when the argument does not fit, `ESP_STOPPED`; what the tool throws
   */
  async call(name: string, args?: unknown, options: ToolCallOptions = {}): Promise<unknown> {
    this.#requireRunning();
    checkOptions('tools.call', options, toolCallRule);
    const { signal = new AbortController().signal } = options;
    const tool = this.#desk.tools.get(name);
    const ctx: ToolContext = { worker: null, ids: null, signal };
    if (tool) return await runTool(tool, ctx, args);
    const method = this.#methods().find(({ listed }) => listed.name === name) ?? this.#promised(name);
    if (method) return await method.pool.call(method.method, args, options);
    throw new EspalierError('ESP_NOT_FOUND', `no tool "${name}"`, { context: { tool: name } });
  }

  /** Calls several at once; the outcomes come in the order of the calls, and no failure touches another. */
  callAll(calls: readonly ToolCall[], options?: ToolCallOptions): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(calls.map(({ name, args }) => this.call(name, args, options)));
  }

  #methods(): { pool: Pool; method: string; listed: ListedTool }[] {
    return this.#callPools().flatMap((pool) =>
      pool.methods().map((described) => ({
        pool,
        method: described.name,
        listed: { ...described, name: `${prefixOf(pool)}${described.name}`, core: false, pool: pool.path },
      })),
    );
  }

  #callPools(): Pool[] {
    return [...this.#pools()].filter((pool) => pool.mode === 'protocol');
  }

  /** A method of a pool that has not said yet what it can do: of several that may be meant, the one deepest in the tree. */
  #promised(name: string): { pool: Pool; method: string } | undefined {
    const meant = this.#callPools().filter((pool) => pool.methods().length === 0 && name.startsWith(prefixOf(pool)));
    const [pool] = meant.toSorted((a, b) => b.path.length - a.path.length);
    return pool && { pool, method: name.slice(prefixOf(pool).length) };
  }
}

/** In front of the names of a pool's methods: `group.embed.` of `/group/embed`. */
function prefixOf({ path }: Pool): string {
  return `${path.slice(1).replaceAll('/', '.')}.`;
}
