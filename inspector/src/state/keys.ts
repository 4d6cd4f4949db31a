import { type Signal, signal } from '@preact/signals';
import { go, refine, route } from './place.js';
import { VIEWS } from './route.js';
import { switchScheme } from './scheme.js';

/** What the list of the present view does with keys. */
export interface ListKeys {
  move(by: number): void;
  first(): void;
  last(): void;
  open(): void;
  focus(): void;
}

export const listKeys: Signal<ListKeys | null> = signal(null);
export const isHelpOpen = signal(false);

/** What each key does, as the help shows it. */
export const KEYS = [
  ['/', 'search'],
  ['j  k  ↓  ↑', 'next and previous row'],
  ['Home  End', 'first and last row'],
  ['Enter', 'open the row'],
  ['Esc', 'close what is open, then clear the search'],
  ['1  2  3  4  5  6', 'tree, timeline, runs, processes, jobs, schedules'],
  ['t', 'light or dark'],
  ['?', 'this help'],
] as const;

const PAGE = 15;

const ACTIONS: Readonly<Record<string, (keys: ListKeys | null) => void>> = {
  '/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
  '?': () => {
    isHelpOpen.value = true;
  },
  t: switchScheme,
  j: (keys) => keys?.move(1),
  k: (keys) => keys?.move(-1),
  ArrowDown: (keys) => keys?.move(1),
  ArrowUp: (keys) => keys?.move(-1),
  PageDown: (keys) => keys?.move(PAGE),
  PageUp: (keys) => keys?.move(-PAGE),
  Home: (keys) => keys?.first(),
  End: (keys) => keys?.last(),
  Enter: (keys) => keys?.open(),
  Escape: () => leave(),
  ...Object.fromEntries(VIEWS.map((view, at) => [String(at + 1), () => go({ ...EMPTY, view })])),
};
const EMPTY = { at: null, find: '', show: [], types: [], path: '' };

/** Listens to the whole page. A dialog that is open, a field, and a button that has the focus keep their own keys. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.target instanceof HTMLInputElement) {
      // A box for an answer has its Enter and its arrows for itself.
      return event.target.type === 'search' ? inField(event, event.target) : undefined;
    }
    if (isOwn(event.target, event.key)) return;
    const act = ACTIONS[event.key];
    if (!act) return;
    event.preventDefault();
    act(listKeys.value);
  });
}

/** From the search to what it found. */
function inField(event: KeyboardEvent, field: HTMLInputElement): void {
  if (event.key === 'Escape') {
    if (field.value === '') field.blur();
    else refine({ find: '' });
  } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
    event.preventDefault();
    listKeys.value?.focus();
    listKeys.value?.first();
  }
}

/** Keys that what has the focus needs itself: buttons and links their Enter, a scrolling text its arrows. */
function isOwn(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === 'Enter') return target.closest('a, button, summary, select') !== null;
  const scrolls = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'];
  return scrolls.includes(key) && target.closest('pre, select') !== null;
}

/** One step back: out of what is open, then out of what narrows the list. */
function leave(): void {
  const { at, find, show, types, path } = route.value;
  if (at !== null) return go({ at: null });
  if (find !== '' || show.length > 0 || types.length > 0 || path !== '') refine({ ...EMPTY });
}
