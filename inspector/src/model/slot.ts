import type { RowInfo, WindowSlot } from 'espalier/client';

/** A slot as it is named in links, jobs and on the command line: `RUN:INDEX`. */
export interface SlotName {
  readonly run: string;
  readonly index: number;
}

/** Null for what names a run. @example parseSlot('r1:3') // { run: 'r1', index: 3 } */
export function parseSlot(text: string): SlotName | null {
  const found = /^(?<run>.+):(?<index>\d+)$/.exec(text)?.groups;
  return found ? { run: found.run ?? '', index: Number(found.index) } : null;
}

/** @example slotName({ run: 'r1', index: 3 }) === 'r1:3' */
export function slotName({ run, index }: SlotName): string {
  return `${run}:${index}`;
}

/** Where a slot stands, as it is read. @example standingText('timed_out') === 'timed out' */
export function standingText(word: string): string {
  return word.replaceAll('_', ' ');
}

/** Where a slot stands, in one word: its outcome, or how far it is; null when that is not known here. */
export function standing(row: RowInfo | undefined, slot: WindowSlot | undefined): string | null {
  if (row) return row.status;
  if (!slot) return null;
  return slot.status ?? slot.stage;
}
