import type { RunId } from '../../../ids.js';
import type { LaunchOrder, SweepTarget } from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';

/**
 * What crosses between a host and its forker over Node's IPC channel, as JSON. `n` pairs a question with its answer.
 * Both ends come from one build and the channel is theirs alone, so the forker checks no more than the tag: a library
 * for validation would make it a quarter larger, and with that each of its forks dearer. The host, which has more to
 * lose, validates (`to-host.ts`).
 */
export type ToForker =
  /** The first message: whose forker this is. */
  | {
      readonly t: 'start';
      readonly runId: RunId;
      readonly generation: number;
      readonly directory: string;
      readonly hostPid: number;
      /** The zygote that starts programs, or null: then this process does, by `sh`. */
      readonly zygote: string | null;
      /** The file of the host's lock, which the zygote holds too; null where the host has none. */
      readonly lock: string | null;
    }
  /** An environment for the launches that name its number from here on. */
  | { readonly t: 'env'; readonly number: number; readonly env: Readonly<Record<string, string>> }
  | { readonly t: 'launch'; readonly n: number; readonly order: Omit<LaunchOrder, 'env'>; readonly env: number }
  | { readonly t: 'signal'; readonly spawnId: string; readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' }
  | { readonly t: 'kill'; readonly n: number; readonly spawnId: string }
  | { readonly t: 'sweep'; readonly n: number; readonly target: SweepTarget }
  /** The host has taken that many FIFO pairs and waits for more. */
  | { readonly t: 'refill'; readonly taken: number }
  /** Asks for a sign of life: of the forker, and of what starts programs for it. */
  | { readonly t: 'ping' }
  | { readonly t: 'close'; readonly n: number }
  /** The channel ends now because the host wants it: it lives, and looks after its folder itself. */
  | { readonly t: 'leave' };

/** From a forker to its host. */
export type ToHost =
  | { readonly t: 'ready'; readonly startTicks: number }
  /** A guardian was started: the first one, or one in place of one that died. */
  | { readonly t: 'guardian'; readonly pid: number; readonly startTicks: number }
  /** That many FIFO pairs were made so far; or why there are no more. */
  | { readonly t: 'fifos'; readonly made: number; readonly failure: string | null; readonly reason: string }
  | { readonly t: 'launched'; readonly n: number; readonly pid: number; readonly startTicks: number }
  | {
      readonly t: 'exited';
      readonly spawnId: string;
      readonly code: number | null;
      readonly signal: string | null;
    }
  /** The group of a program that has ended is proven gone, or why it is not. */
  | {
      readonly t: 'ended';
      readonly spawnId: string;
      readonly pinnedUntil: number | null;
      readonly failure: string | null;
    }
  /** Null: the group was not known any more, because it ended before. */
  | { readonly t: 'killed'; readonly n: number; readonly pinnedUntil: number | null }
  | { readonly t: 'swept'; readonly n: number; readonly report: SweepReport }
  | { readonly t: 'closed'; readonly n: number }
  | { readonly t: 'pong' }
  /** The answer to a question that failed. */
  | {
      readonly t: 'refused';
      readonly n: number;
      readonly code: string;
      readonly message: string;
      readonly context: Readonly<Record<string, unknown>>;
    }
  /** The forker's last words: nobody else sees them, its stdio is /dev/null. */
  | { readonly t: 'failed'; readonly message: string };

const TAGS: readonly unknown[] = [
  'start',
  'env',
  'launch',
  'signal',
  'kill',
  'sweep',
  'refill',
  'ping',
  'close',
  'leave',
] satisfies readonly ToForker['t'][];

/** Whether a message is one for a forker. */
export function isToForker(message: unknown): message is ToForker {
  return typeof message === 'object' && message !== null && 't' in message && TAGS.includes(message.t);
}
