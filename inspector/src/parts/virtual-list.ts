import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** What is on the screen of a long list. */
export interface ListWindow {
  readonly rows: readonly { readonly index: number; readonly start: number }[];
  /** The height of the whole list, in pixels. */
  readonly height: number;
  /** Brings a row into sight if it is not: to the nearest edge, or from afar to the middle. */
  reveal(index: number, to: 'edge' | 'middle'): void;
}

/** Rows of one height inside a scrolling element: only those in sight, and a few around them, exist. */
export function useWindow(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): ListWindow {
  const [, render] = useState(0);
  const kept = useRef<Virtualizer<HTMLElement, HTMLElement>>(null);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    // The head of the list stands above its rows, and lies over them once they are scrolled.
    scrollMargin: rowHeight,
    scrollPaddingStart: rowHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => render((n) => n + 1),
  };
  kept.current ??= new Virtualizer<HTMLElement, HTMLElement>(options);
  const list = kept.current;
  list.setOptions(options);
  useEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  return {
    rows: list.getVirtualItems().map(({ index, start }) => ({ index, start: start - rowHeight })),
    height: list.getTotalSize(),
    reveal: (index, to) => {
      const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
      const top = index * rowHeight - scrollTop;
      const isSeen = top >= 0 && top + 2 * rowHeight <= clientHeight;
      if (!isSeen) list.scrollToIndex(index, { align: to === 'middle' ? 'center' : 'auto' });
    },
  };
}

/** Where a row stands inside its list. */
export function placed(start: number): { readonly transform: string } {
  return { transform: `translateY(${start}px)` };
}
