import { computed, effect, signal } from '@preact/signals';

export type Scheme = 'light' | 'dark';
const KEY = 'espalier.scheme';

const asked = matchMedia('(prefers-color-scheme: dark)');
const system = signal<Scheme>(asked.matches ? 'dark' : 'light');
const chosen = signal<Scheme | null>(read());
asked.addEventListener('change', ({ matches }) => {
  system.value = matches ? 'dark' : 'light';
});

/** Light or dark: as the switch says, or as the system does while nobody has touched the switch. */
export const scheme = computed<Scheme>(() => chosen.value ?? system.value);

/** A choice that is what the system wants anyway is none: the page follows the system again. */
export function switchScheme(): void {
  const next = scheme.value === 'dark' ? 'light' : 'dark';
  chosen.value = next === system.value ? null : next;
  if (chosen.value === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen.value);
}

/** Keeps the document in the present scheme. */
export function followScheme(): void {
  effect(() => {
    document.documentElement.dataset.scheme = scheme.value;
  });
}

function read(): Scheme | null {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : null;
}
