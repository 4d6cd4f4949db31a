import type { ComponentChildren } from 'preact';
import { refine, route } from '../state/place.js';

/** The search of a view, with what else narrows it. */
export function FilterBar({ hint, children }: { readonly hint: string; readonly children?: ComponentChildren }) {
  return (
    <search class="filters">
      <label class="find">
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="7" cy="7" r="4.5" />
          <path d="m10.5 10.5 4 4" />
        </svg>
        <input
          type="search"
          aria-label={hint}
          placeholder={hint}
          spellcheck={false}
          autocomplete="off"
          value={route.value.find}
          onInput={(event) => refine({ find: event.currentTarget.value })}
        />
        <kbd>/</kbd>
      </label>
      {children}
    </search>
  );
}

/** A filter that is on or off. */
export function Chip(props: { readonly isOn: boolean; toggle(): void; readonly children: ComponentChildren }) {
  return (
    <button type="button" class="chip" aria-pressed={props.isOn} onClick={props.toggle}>
      {props.children}
    </button>
  );
}

/** The list with the word taken out, or put in. */
export function toggled<T>(list: readonly T[], word: T): readonly T[] {
  return list.includes(word) ? list.filter((other) => other !== word) : [...list, word];
}
