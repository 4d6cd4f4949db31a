import { useSignal } from '@preact/signals';
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type ListKeys, listKeys } from '../state/keys.js';
import { type ListWindow, placed, useWindow } from './virtual-list.js';

export interface Column {
  readonly id: string;
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

/** What a row shows: one cell for each column. */
export interface GridRow {
  readonly cells: readonly ComponentChildren[];
  readonly class?: string;
  /** Of a tree: from 1. */
  readonly level?: number;
  /** Set on the element, for those who look for a row by it. */
  readonly mark?: string;
}

export interface GridProps {
  readonly label: string;
  /** Names the template of its columns in the style sheet. */
  readonly kind: string;
  readonly columns: readonly Column[];
  /** The rows in order; a key is a row's identity, whatever its place. */
  readonly keys: readonly string[];
  row(key: string): GridRow;
  /** The row whose details are open. */
  readonly opened: string | null;
  open(key: string): void;
  readonly isTree?: boolean;
  /** Called with the distance from the top whenever it changes. */
  readonly onScroll?: (top: number) => void;
}

const ROW_HEIGHT = 28;

/**
 * A long list with columns: only the rows in sight exist. One stop for the Tab key; j, k, the arrows, Home, End and Page
 * keys move a cursor that sticks to its row, Enter opens it.
 */
export function Grid(props: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const window = useWindow(scroller, props.keys.length, ROW_HEIGHT);
  const cursor = useCursor(props, window, scroller);
  const shown = window.rows.some(({ index }) => props.keys[index] === cursor);
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both of its roles take a label
    <div
      class={`grid grid-${props.kind}`}
      role={props.isTree ? 'treegrid' : 'grid'}
      aria-label={props.label}
      aria-rowcount={props.keys.length + 1}
      aria-activedescendant={shown && cursor !== null ? rowId(props.kind, cursor) : undefined}
      tabIndex={0}
      ref={scroller}
      onScroll={() => props.onScroll?.(scroller.current?.scrollTop ?? 0)}
    >
      <Head columns={props.columns} />
      <div class="grid-body" role="rowgroup" style={{ height: `${window.height}px` }}>
        {window.rows.map(({ index, start }) => {
          const key = props.keys[index];
          return key === undefined ? null : (
            <Row key={key} {...props} id={key} at={index} start={start} cursor={cursor} />
          );
        })}
      </div>
    </div>
  );
}

function Head({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <div class="grid-head" role="rowgroup">
      <div class="grid-row" role="row" aria-rowindex={1}>
        {columns.map(({ id, title, isNumber }) => (
          <div key={id} role="columnheader" class={`cell col-${id}${isNumber ? ' number' : ''}`}>
            {title}
          </div>
        ))}
      </div>
    </div>
  );
}

interface RowProps extends GridProps {
  readonly id: string;
  readonly at: number;
  readonly start: number;
  readonly cursor: string | null;
}

function Row({ id, at, start, cursor, kind, columns, row, opened, open, isTree }: RowProps) {
  const { cells, class: own = '', level, mark } = row(id);
  const states = [own, id === cursor ? 'is-cursor' : '', id === opened ? 'is-open' : ''].filter(Boolean).join(' ');
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid as a whole listens to the keyboard, and moves its active row
    <div
      id={rowId(kind, id)}
      class={`grid-row ${states}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={at + 2}
      aria-selected={id === opened}
      aria-level={isTree ? level : undefined}
      data-key={mark ?? id}
      style={placed(start)}
      onClick={() => open(id)}
    >
      {cells.map((cell, index) => {
        const { id: name = '', isNumber } = columns[index] ?? {};
        return (
          <div key={name} role="gridcell" class={`cell col-${name}${isNumber ? ' number' : ''}`}>
            {cell}
          </div>
        );
      })}
    </div>
  );
}

/** The row that keys act on; it begins at what is open. */
function useCursor(props: GridProps, window: ListWindow, scroller: RefObject<HTMLElement | null>): string | null {
  const cursor = useSignal<string | null>(props.opened);
  const latest = useRef({ props, window });
  latest.current = { props, window };
  const isListed = props.opened !== null && props.keys.includes(props.opened);
  useEffect(() => {
    if (props.opened === null || !isListed) return;
    cursor.value = props.opened;
    window.reveal(props.keys.indexOf(props.opened), 'middle');
    // Only when something else is opened, or it comes at last: a list that changes stays where it is.
  }, [props.opened, isListed]);
  useEffect(() => {
    const to = (find: (at: number, count: number) => number) => {
      const { keys } = latest.current.props;
      const at = cursor.value === null ? -1 : keys.indexOf(cursor.value);
      const next = Math.max(0, Math.min(keys.length - 1, find(at, keys.length)));
      cursor.value = keys[next] ?? null;
      latest.current.window.reveal(next, 'edge');
    };
    const mine: ListKeys = {
      move: (by) => to((at) => at + by),
      first: () => to(() => 0),
      last: () => to((_, count) => count - 1),
      open: () => cursor.value !== null && latest.current.props.open(cursor.value),
      focus: () => scroller.current?.focus(),
    };
    listKeys.value = mine;
    return () => {
      if (listKeys.value === mine) listKeys.value = null;
    };
  }, [cursor, scroller]);
  return cursor.value;
}

function rowId(kind: string, key: string): string {
  return `${kind}:${key}`;
}
