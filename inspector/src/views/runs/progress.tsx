import type { RunInfo } from 'espalier/client';

const ORDER = ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped_pruned'] as const;

/** How far a run is: its committed rows by status, as parts of all its slots. */
export function Progress({ info: { total, counts, committed } }: { readonly info: RunInfo }) {
  const said = ORDER.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  const label = `${committed} of ${total} committed${said.length > 0 ? `: ${said.join(', ')}` : ''}`;
  return (
    <span class="progress" role="img" aria-label={label} title={label}>
      {ORDER.map((status) => (
        <i
          key={status}
          class={`part is-${status}`}
          style={{ width: `${(100 * counts[status]) / Math.max(1, total)}%` }}
        />
      ))}
    </span>
  );
}
