import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type ConnectionStatus, connect, type StateOf, type View, type ViewChange } from 'espalier/client';

/** The one connection of the page: to the server that it came from, wherever that is mounted. */
export const client = connect({ url: new URL('.', location.href).href });

/** How the connection is. */
export const status = signal<ConnectionStatus>(client.status.get());
client.status.subscribe((value) => {
  status.value = value;
});

/** The last that was heard of the server; kept while the connection is away. */
export const hello = signal(helloOf(status.value));
status.subscribe((value) => {
  hello.value = helloOf(value) ?? hello.value;
});

/** How far the server's clock is ahead of this one, in milliseconds: ages are told by its clock. */
export const ahead = computed(() => (hello.value === null ? 0 : hello.value.at - Date.now()));

function helloOf(value: ConnectionStatus) {
  return value.type === 'open' ? value.hello : null;
}

/** A view, as it was at the last frame of the screen. */
export interface Watching<V extends View> {
  readonly state: ReadonlySignal<StateOf<V>>;
  close(): void;
}

/**
 * Looks at a view until it is closed. However often it changes, the page hears of it once a frame, and not at all while it
 * is hidden; `onChange` hears every change, for what is counted as it goes.
 */
export function watch<const V extends View>(
  view: V,
  onChange?: (state: StateOf<V>, change: ViewChange) => void,
): Watching<V> {
  const live = client.view(view);
  const state = signal(live.get());
  let frame: number | null = null;
  const end = live.subscribe((value, change) => {
    onChange?.(value, change);
    frame ??= requestAnimationFrame(() => {
      frame = null;
      state.value = live.get();
    });
  });
  return {
    state,
    close: () => {
      if (frame !== null) cancelAnimationFrame(frame);
      end();
      live.close();
    },
  };
}
