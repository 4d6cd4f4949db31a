import type { ComponentChildren } from 'preact';

/** A place with nothing in it: what that means, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty" role="status">
      <svg viewBox="0 0 48 32" aria-hidden="true">
        <path d="M2 8h44M2 16h44M2 24h44" class="wire" />
        <path d="M24 31V3M24 24c-8 0-13-2-16-8M24 24c8 0 13-2 16-8M24 14c-5 0-8-1.5-10-6M24 14c5 0 8-1.5 10-6" />
      </svg>
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}
