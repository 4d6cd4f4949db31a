/** How large a value may become on its way out. */
export interface Caps {
  /** Characters of one text. */
  readonly text: number;
  /** Entries of one object or list. */
  readonly entries: number;
  readonly depth: number;
  /** Values in all. */
  readonly nodes: number;
}

/** For what is looked at: a panel, a line of a list. */
export const CAPS: Caps = { text: 4096, entries: 100, depth: 8, nodes: 2000 };

const { POSITIVE_INFINITY: NONE } = Number;
/** For who prints all that was read. Depth alone has a limit: to look into a value must not use up the stack. */
export const UNCAPPED: Caps = { text: NONE, entries: NONE, depth: 1000, nodes: NONE };
