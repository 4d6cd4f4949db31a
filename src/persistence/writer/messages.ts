import type { ConnectOptions } from '../file/connect.js';
import type { WireError } from '../sql/wire-error.js';
import type { GroupAnswer } from './group.js';
import type { OperationCall } from './operations.js';

/** What the writer thread is started with. */
export interface WriterData extends ConnectOptions {
  readonly file: string;
}

/** From the host to the writer thread. */
export type ToWriter =
  | { readonly kind: 'group'; readonly calls: readonly OperationCall[] }
  | { readonly kind: 'close' };

/** From the writer thread to the host: `opened` or `failed` once, then one answer to each group. */
export type FromWriter =
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'answer'; readonly answer: GroupAnswer };
