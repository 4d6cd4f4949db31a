import type { ProcessExit } from '../process/process.js';

/**
 * How an actor ended. Delivered once per incarnation, to its supervisor, its monitors and the journal.
 *
 * - `normal`: it finished (a machine's final state, a promise's value)
 * - `shutdown`: it was asked to stop, or threw `Shutdown`
 * - `crash`: anything thrown, or a process that ended badly
 * - `killed`: it was ended without being asked
 *
 * That of a worker also has the `code` and `signal` of its process, if somebody saw its end; when it crashed, the context of
 * its error has its last words as `stderr`.
 */
export type ActorExit = (
  | { readonly kind: 'normal'; readonly output?: unknown }
  | { readonly kind: 'shutdown'; readonly reason?: unknown }
  | { readonly kind: 'crash'; readonly error: unknown; readonly output?: unknown }
  | { readonly kind: 'killed' }
) &
  Partial<ProcessExit>;

/** Whether a transient child that ended so is left alone. */
export function isExpected(exit: ActorExit): boolean {
  return exit.kind === 'normal' || exit.kind === 'shutdown';
}
