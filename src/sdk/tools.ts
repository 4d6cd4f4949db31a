import type { MethodDescription } from '../transport/protocol/messages.js';
import { searchTools } from '../transport/protocol/tool-search.js';
import type { HostRequests } from './host-requests.js';

/** The tools that the host offers. */
export class Tools {
  readonly #requests: HostRequests;
  readonly #offered: () => readonly MethodDescription[];
  readonly #call: number | undefined;

  constructor(requests: HostRequests, offered: () => readonly MethodDescription[], call: number | undefined) {
    this.#requests = requests;
    this.#offered = offered;
    this.#call = call;
  }

  list(): readonly MethodDescription[] {
    return this.#offered();
  }

  /** The tools whose name or description holds every word of `words`, in any case; those that hold one in their name first. */
  search(words: string): MethodDescription[] {
    return searchTools(this.#offered(), words);
  }

  /** Calls a host tool. Rejects with a `RemoteError` when it fails, `ESP_NOT_FOUND` when there is none of that name. */
  call(name: string, args?: unknown): Promise<unknown> {
    return this.#requests.call(name, args, this.#call);
  }

  /** Calls several at once; the outcomes come in the order of the calls, and no failure touches another. */
  callAll(
    calls: readonly { readonly name: string; readonly args?: unknown }[],
  ): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(calls.map(({ name, args }) => this.call(name, args)));
  }
}
