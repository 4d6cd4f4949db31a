import type { Condition } from '../model/condition.js';

const disc = <circle cx="6" cy="6" r="4" fill="currentColor" />;
const ring = <circle cx="6" cy="6" r="3.6" />;

/** One shape for each condition: told apart without colour, and at ten pixels. */
const SHAPES = {
  failed: <path d="M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5" stroke-width="2.4" />,
  suspect: (
    <>
      <path d="M6 .8 11.2 6 6 11.2.8 6Z" />
      <circle cx="6" cy="6" r="1.3" fill="currentColor" stroke="none" />
    </>
  ),
  degraded: <path d="M6 1.5 11 10.5H1Z" fill="currentColor" stroke-linejoin="round" />,
  waiting: (
    <>
      <circle cx="6" cy="6" r="4.4" />
      <path d="M6 3.4V6l1.8 1.3" />
    </>
  ),
  starting: (
    <>
      <circle cx="6" cy="6" r="4" />
      <path d="M6 2a4 4 0 0 1 0 8Z" fill="currentColor" stroke="none" />
    </>
  ),
  running: disc,
  idle: ring,
  stopping: <rect x="2.5" y="2.5" width="7" height="7" fill="currentColor" stroke="none" />,
  gone: <path d="M2 6h8" stroke-width="2" />,
} satisfies Record<Condition, unknown>;

/** The sign of a condition. With `label` it is read out; beside its word it is decoration. */
export function Mark({ condition, label }: { readonly condition: Condition; readonly label?: string }) {
  return (
    <svg
      class={`mark tone-${condition}`}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      role={label === undefined ? 'presentation' : 'img'}
      aria-hidden={label === undefined}
      aria-label={label ?? condition}
    >
      {SHAPES[condition]}
    </svg>
  );
}
