import type { ReadOptions } from '../file/connect.js';
import type { WireError } from '../thread/wire-error.js';
import type { QueryArgs, QueryCall, QueryName } from './queries.js';

/** What the reader thread is started with. */
export interface ReaderData extends ReadOptions {
  readonly file: string;
}

/** A query on its way: `Reader.ask` put its name and arguments together, by type. */
export interface SentQuery {
  readonly name: QueryName;
  readonly args: QueryArgs[QueryName];
}

/** From the host to the reader thread, as it is sent (`SentQuery`) and as it is received (`QueryCall`). */
export type ToReader<Call extends SentQuery = QueryCall> =
  | { readonly kind: 'query'; readonly id: number; readonly call: Call }
  | { readonly kind: 'watch'; readonly on: boolean }
  | { readonly kind: 'close' };

/** From the reader thread to the host: `opened` or `failed` once, then answers in any order; `head` is null where it is not known. */
export type FromReader =
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'changed'; readonly head: number | null };
