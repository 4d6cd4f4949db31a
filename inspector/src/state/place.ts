import { type Signal, signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from './route.js';

/** Where the page is. */
export const route: Signal<Route> = signal(parseRoute(location.hash));

addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

/** Goes somewhere else: a step that Back undoes. */
export function go(change: Partial<Route>): void {
  move(change, 'pushState');
}

/** Narrows what is shown, as while typing: Back does not go through each letter. */
export function refine(change: Partial<Route>): void {
  move(change, 'replaceState');
}

function move(change: Partial<Route>, how: 'pushState' | 'replaceState'): void {
  const next = { ...route.value, ...change };
  const hash = formatRoute(next);
  if (hash === formatRoute(route.value)) return;
  history[how](null, '', hash);
  route.value = next;
}
