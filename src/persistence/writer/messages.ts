import type { RunId } from '../../ids.js';
import type { OperationsPlace } from '../contract/options.js';
import type { ConnectOptions } from '../file/connect.js';
import type { WireError } from '../thread/wire-error.js';
import type { GroupAnswer } from './group.js';
import type { OperationArgs, OperationCall, OperationName } from './operations.js';

/** What the writer thread is started with. */
export interface WriterData extends Omit<ConnectOptions, 'waits'> {
  readonly file: string;
  /** The host whose lock it holds; null when the store was opened for none. */
  readonly runId: RunId | null;
  /** Whether it waits for the lock for as long as it takes. */
  readonly isPatient: boolean;
  /** Where the user's operations are; null when there are none. */
  readonly operations: OperationsPlace | null;
}

/** A call on its way: `Writer.write` put its name and arguments together, by type. */
export interface SentCall {
  readonly name: OperationName;
  readonly args: OperationArgs[OperationName];
}

/** From the host to the writer thread, as it is sent (`SentCall`) and as it is received (`OperationCall`). */
export type ToWriter<Call extends SentCall = OperationCall> =
  | { readonly kind: 'group'; readonly calls: readonly Call[] }
  | { readonly kind: 'close' };

/**
 * From the writer thread to the host: `opened` or `failed` once, then one answer to each group; `held` when it waits long for
 * the lock, and the next message says that it has it.
 */
export type FromWriter =
  | { readonly kind: 'opened'; readonly operations: readonly string[] }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'held'; readonly pid: number | null }
  | { readonly kind: 'answer'; readonly answer: GroupAnswer };
