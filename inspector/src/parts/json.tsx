import type { ComponentChildren } from 'preact';

/** How much of a value is open at first, and how many entries are shown of one. */
const OPEN_DEPTH = 2;
const MOST_OPEN = 20;
const MOST_ENTRIES = 200;

interface JsonProps {
  readonly value: unknown;
  readonly name?: string;
  readonly depth?: number;
}

/** A value as an outline that can be opened and closed. What was redacted on the way is shown as that. */
export function Json({ value, name, depth = 0 }: JsonProps) {
  const title = name === undefined ? null : <span class="json-name">{name} </span>;
  if (typeof value !== 'object' || value === null) return <Leaf title={title} value={value} />;
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return (
    <details class="json" open={depth < OPEN_DEPTH && entries.length <= MOST_OPEN}>
      <summary>
        {title}
        <span class="json-mark">{open}</span>
        <span class="json-count">{count(entries.length)}</span>
        <span class="json-mark">{close}</span>
      </summary>
      <ul>
        {entries.slice(0, MOST_ENTRIES).map(([key, inner]) => (
          <li key={key}>
            <Json value={inner} name={key} depth={depth + 1} />
          </li>
        ))}
        {entries.length > MOST_ENTRIES && <li class="quiet">{count(entries.length - MOST_ENTRIES)} more</li>}
      </ul>
    </details>
  );
}

function Leaf({ title, value }: { readonly title: ComponentChildren; readonly value: unknown }) {
  const kind = value === null ? 'null' : typeof value;
  return (
    <span class="json json-leaf">
      {title}
      <span class={`json-${kind}`}>{kind === 'string' ? JSON.stringify(value) : String(value)}</span>
    </span>
  );
}

function count(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries} entries`;
}
