import { EspalierError } from '../../../errors.js';
import { type Position, type ServerMessage, treeDigest, type View } from '../protocol/wire.js';
import type { LiveView } from './api.js';
import { fold } from './fold.js';
import { emptyState, isStateOf, type StateOf, type ViewChange, type ViewState } from './state.js';
import { Watched } from './watched.js';

export interface ViewHooks {
  subscribe(resume: Position | null): void;
  close(): void;
}

/** One view: its state, and where the next connection goes on. */
export class ClientView {
  readonly state: Watched<ViewState, ViewChange>;

  constructor(
    readonly view: View,
    readonly hooks: ViewHooks,
  ) {
    this.state = new Watched(emptyState(view.type));
  }

  /** A connection stands. */
  begin(): void {
    this.hooks.subscribe(this.state.get().position);
  }

  receive(message: ServerMessage, epoch: string): void {
    if (message.type === 'digest') return this.#check(message.rev, message.digest);
    const folded = fold(this.state.get(), message, epoch);
    if (folded && isStateOf(folded.state, this.view)) this.state.set(folded.state, folded.change);
  }

  /** A tree that differs from the server's is asked for anew. */
  #check(rev: number, digest: string): void {
    const state = this.state.get();
    if (state.type !== 'tree' || state.position?.rev !== rev) return;
    if (treeDigest(state.actors.values()) !== digest) this.hooks.subscribe(null);
  }
}

/** The view as its user sees it: with the type of its own state. */
export function liveView<V extends View>(view: V, { state, hooks }: ClientView): LiveView<V> {
  const narrow = (wide: ViewState): StateOf<V> => {
    if (isStateOf(wide, view)) return wide;
    throw new EspalierError('ESP_INVALID', `a ${wide.type} is not the state of a view of type ${view.type}`);
  };
  return {
    view,
    get: () => narrow(state.get()),
    subscribe: (listener) => state.subscribe((wide, change) => listener(narrow(wide), change)),
    close: hooks.close,
    [Symbol.dispose]: hooks.close,
  };
}
