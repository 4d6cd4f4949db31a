import type { ComponentChildren } from 'preact';

/** A list, and beside it (on a narrow screen over it) what is open of it. */
export function Split({
  panel,
  children,
}: {
  readonly panel: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={panel === null ? 'split' : 'split has-panel'}>
      <div class="split-list">{children}</div>
      {panel}
    </div>
  );
}
