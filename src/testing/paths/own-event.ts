/** An event that a machine sends itself: when a delay has passed, or when an actor that it invoked has ended. */
export type OwnEvent =
  /** `delay` as the machine names it: a number of milliseconds, or the name of a delay. */
  | { readonly kind: 'after'; readonly delay: string; readonly state: string }
  | { readonly kind: 'done'; readonly actor: string }
  | { readonly kind: 'error'; readonly actor: string };

const AFTER = /^xstate\.after\.(.+?)\.([^.].*)$/;
const ENDED = /^xstate\.(done|error)\.actor\.(.*)$/;

/**
 * What an event of a path means that nobody sends: a delay has passed (`xstate.after.*`), or an actor has ended
 * (`xstate.done.actor.*`) or failed; null for any other event.
 *
 * @example
 * ownEvent({ type: 'xstate.after.backoff.starter.backingOff' }); // { kind: 'after', delay: 'backoff', state: 'starter.backingOff' }
 */
export function ownEvent({ type }: { readonly type: string }): OwnEvent | null {
  const [, delay, state] = AFTER.exec(type) ?? [];
  if (delay !== undefined && state !== undefined) return { kind: 'after', delay, state };
  const [, kind, actor] = ENDED.exec(type) ?? [];
  if (kind === undefined || actor === undefined) return null;
  return { kind: kind === 'done' ? 'done' : 'error', actor };
}
