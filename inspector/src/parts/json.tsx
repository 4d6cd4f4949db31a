import type { ComponentChildren } from 'preact';

/** How much of a value is open at first, and how many entries are shown of one. */
const OPEN_DEPTH = 2;
const MOST_ENTRIES = 200;

/** A value as an outline that can be opened and closed. What was redacted on the way is shown as that. */
export function Json({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }) {
  if (typeof value !== 'object' || value === null) return <Leaf value={value} />;
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return <span class="json-mark">{`${open}${close}`}</span>;
  return (
    <details class="json" open={depth < OPEN_DEPTH && entries.length <= 20}>
      <summary>
        <span class="json-mark">{open}</span>
        <span class="json-count">{count(entries.length)}</span>
        <span class="json-mark">{close}</span>
      </summary>
      <ul>
        {entries.slice(0, MOST_ENTRIES).map(([name, inner]) => (
          <Entry key={name} name={name}>
            <Json value={inner} depth={depth + 1} />
          </Entry>
        ))}
        {entries.length > MOST_ENTRIES && <li class="quiet">{count(entries.length - MOST_ENTRIES)} more</li>}
      </ul>
    </details>
  );
}

function Entry({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <li>
      <span class="json-name">{name}</span> {children}
    </li>
  );
}

function Leaf({ value }: { readonly value: unknown }) {
  const kind = value === null ? 'null' : typeof value;
  return <span class={`json-${kind}`}>{kind === 'string' ? JSON.stringify(value) : String(value)}</span>;
}

function count(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries} entries`;
}
