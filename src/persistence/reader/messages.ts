import type { WireError } from '../sql/wire-error.js';
import type { QueryCall } from './queries.js';

/** What the reader thread is started with. */
export interface ReaderData {
  readonly file: string;
  readonly busyTimeoutMs: number;
}

/** From the host to the reader thread. */
export type ToReader =
  | { readonly kind: 'query'; readonly id: number; readonly call: QueryCall }
  | { readonly kind: 'watch'; readonly on: boolean }
  | { readonly kind: 'close' };

/** From the reader thread to the host: `opened` or `failed` once, then answers in any order. */
export type FromReader =
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'changed' };
