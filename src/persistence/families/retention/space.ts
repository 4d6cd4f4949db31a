import { z } from 'zod';
import type { Connection } from '../../sql/connection.js';
import type { Transaction } from '../../sql/transaction.js';

const vacuumRow = z.object({ auto_vacuum: z.number() });
const pagesRow = z.object({ page_count: z.number() });
const freeRow = z.object({ freelist_count: z.number() });
const pageSizeRow = z.object({ page_size: z.number() });

/** Pages that stay free for what comes next. */
const SPARE_PAGES = 1024;

/** The pages of a store's file. */
export interface Space {
  readonly pages: number;
  readonly free: number;
  /** Of a page, in bytes. */
  readonly size: number;
  /** Whether free pages can be given back. */
  readonly givesBack: boolean;
}

export function spaceOf(db: Connection): Space {
  const mode = db.one(vacuumRow, 'PRAGMA auto_vacuum');
  return {
    pages: db.one(pagesRow, 'PRAGMA page_count')?.page_count ?? 0,
    free: db.one(freeRow, 'PRAGMA freelist_count')?.freelist_count ?? 0,
    size: db.one(pageSizeRow, 'PRAGMA page_size')?.page_size ?? 0,
    givesBack: mode !== undefined && mode.auto_vacuum !== 0,
  };
}

/** Gives pages that are free, beyond a reserve, back to the disk, so many at most. Answers how many bytes, and whether there are more. */
export function giveBack(
  tx: Transaction,
  { most }: { most: number },
): { readonly bytes: number; readonly more: boolean } {
  const { pages: before, free, size, givesBack } = spaceOf(tx.db);
  const pages = Math.min(free - SPARE_PAGES, most);
  if (!givesBack || pages <= 0) return { bytes: 0, more: false };
  tx.db.execute(`PRAGMA incremental_vacuum(${pages})`);
  const after = spaceOf(tx.db);
  return { bytes: (before - after.pages) * size, more: free - after.free >= most };
}
