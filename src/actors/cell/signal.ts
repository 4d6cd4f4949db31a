import type { AnyEventObject, Snapshot } from 'xstate';

/** What a host tells its cell. */
export type HostSignal =
  /** The root has a new snapshot. */
  | { readonly type: 'changed'; readonly snapshot: Snapshot<unknown> }
  /** An actor below the root has a new snapshot. */
  | { readonly type: 'changed.below' }
  /** The root is about to end as crashed; everything it had started still runs. */
  | { readonly type: 'failing' }
  /** The root has ended: its snapshot says how. Everything it had started is stopped. */
  | { readonly type: 'ended'; readonly snapshot: Snapshot<unknown> }
  /** The root sent this to its parent. */
  | { readonly type: 'sent'; readonly event: AnyEventObject }
  /** Nobody received this. */
  | { readonly type: 'dead'; readonly event: AnyEventObject; readonly reason: 'ended' | 'mailbox_full' }
  /** Something threw where it can harm nobody any more. */
  | { readonly type: 'fault'; readonly error: unknown };
