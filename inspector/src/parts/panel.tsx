import type { ComponentChildren } from 'preact';
import { go } from '../state/place.js';

interface PanelProps {
  readonly label: string;
  readonly title: ComponentChildren;
  /** What can be done with it. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The details of what is open. */
export function Panel({ label, title, actions, children }: PanelProps) {
  return (
    <section class="panel" aria-label={label} tabIndex={0}>
      <header class="panel-head">
        <div class="panel-title">{title}</div>
        <button type="button" class="quiet-button" onClick={() => go({ at: null })} title="Close (Esc)">
          <svg class="icon" viewBox="0 0 16 16" role="img" aria-label="Close">
            <path d="m4 4 8 8M12 4l-8 8" />
          </svg>
        </button>
        {actions}
      </header>
      {children}
    </section>
  );
}

/** A part of a panel under a heading. */
export function Section(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="section">
      <h3>
        {props.title} {props.aside && <span class="aside">{props.aside}</span>}
      </h3>
      {props.children}
    </section>
  );
}

/** Facts in two columns; those that are null are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (known.length === 0) return null;
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
