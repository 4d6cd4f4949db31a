import { EspalierError } from '../../errors.js';
import { tell } from '../../listener.js';
import type {
  CallContextIds,
  HostCapabilities,
  LogMessage,
  MetricMessage,
  WorkerMessage,
} from '../../transport/protocol/messages.js';
import type { Question, ToolRequest } from '../../transport/protocol/port/requests.js';
import type { AskHandler, Asks } from './asks.js';
import { describeTool, type HostTool, runTool } from './host-tool.js';

/** What a worker says without being asked, for whoever listens. */
export type WorkerSays = LogMessage | MetricMessage | Extract<WorkerMessage, { t: 'event' }>;

/** What a worker said, which one, and in which work: null outside of calls that belong to some. */
export type WorkerMessageFrom = WorkerSays & { readonly worker: string; readonly ctx: CallContextIds | null };
export type WorkerListener = (message: WorkerMessageFrom) => void;

export interface WorkerDeskOptions {
  readonly tools: readonly HostTool[];
  readonly asks: Asks;
  readonly onAsk: AskHandler | undefined;
  /** A listener threw. */
  onFault(error: unknown): void;
}

/** Where the workers of a host turn to: its tools, those who answer questions, those who listen. */
export class WorkerDesk {
  readonly #tools: ReadonlyMap<string, HostTool>;
  readonly #caps: HostCapabilities;
  readonly #listeners = new Map<string, Set<WorkerListener>>();

  constructor(readonly options: WorkerDeskOptions) {
    const inOrder = [...options.tools.filter(({ core }) => core), ...options.tools.filter(({ core }) => !core)];
    this.#tools = new Map(inOrder.map((tool) => [tool.name, tool]));
    this.#caps = { tools: inOrder.map(describeTool) };
  }

  /** The host's tools, core ones first. */
  get tools(): ReadonlyMap<string, HostTool> {
    return this.#tools;
  }

  caps(): HostCapabilities {
    return this.#caps;
  }

  async run(worker: string, { name, args, ctx, signal }: ToolRequest): Promise<unknown> {
    const tool = this.#tools.get(name);
    if (!tool) throw new EspalierError('ESP_NOT_FOUND', `no host tool "${name}"`, { context: { tool: name } });
    return await runTool(tool, { worker, ids: ctx, signal }, args);
  }

  ask(worker: string, question: Question, own: AskHandler | undefined): void {
    this.options.asks.open(worker, question, own ?? this.options.onAsk);
  }

  /** Hears what the workers of a pool say from now on, across restarts of the pool. */
  listen(pool: string, listener: WorkerListener): Disposable {
    const listeners = this.#listeners.get(pool) ?? new Set();
    this.#listeners.set(pool, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(pool) === listeners) this.#listeners.delete(pool);
      },
    };
  }

  say(pool: string, worker: string, message: WorkerSays & Pick<WorkerMessageFrom, 'ctx'>): void {
    for (const listener of this.#listeners.get(pool) ?? []) {
      tell(() => listener({ ...message, worker }), this.options.onFault);
    }
  }
}
