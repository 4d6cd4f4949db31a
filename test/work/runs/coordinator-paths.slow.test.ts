import { it } from 'vitest';
import type { RunWrite } from '../../../src/machines/work/run/commands.js';
import { type RunInput, runMachine } from '../../../src/machines/work/run/machine.js';
import type { RunEvent } from '../../../src/machines/work/run/run-events.js';
import type { RunPolicy } from '../../../src/machines/work/run-policy.js';
import { testPaths } from '../../../src/testing/index.js';
import { newFile, openHost, POLICY } from '../../persistence/support/world.js';
import { Driven, disk, gone, type RunState as State, slotsIn, stages } from './driven-run.js';

/** What the store, the pool and people can say to a run, as far as it has asked them. */
const possible =
  (slots: number) =>
  (state: State): RunEvent[] => {
    const { book, loaded } = state.context;
    const wishes: RunEvent[] = [{ type: 'stop' }, { type: 'espalier.stop' }, { type: 'place.closed', error: gone }];
    // Pausing and resuming could go on for ever while nothing of it is written.
    if (book.statusWrites < 2) wishes.push({ type: 'pause' }, { type: 'resume' });
    const plan = { slots: new Uint8Array(slots), finished: new Map(), hasFailure: false };
    if (!loaded && typeof state.value === 'object' && 'loading' in state.value) {
      return [...wishes, { type: 'plan.loaded', plan }, failed('load')];
    }
    const { committing, statusWrites } = book;
    return [
      ...wishes,
      ...answers('claim', slotsIn(state, 'claiming'), (indexes) => [
        { type: 'claim.granted', indexes },
        { type: 'claim.refused', indexes },
      ]),
      ...answers('release', slotsIn(state, 'releasing'), (indexes) => [{ type: 'released', indexes }]),
      ...answers('commit', committing, (indexes) => [{ type: 'committed', indexes }]),
      ...(statusWrites > 0 ? [{ type: 'status.set', to: 'running' } as const, failed('status')] : []),
      ...slotsIn(state, 'started').flatMap((index) => [
        { type: 'place.freed', index } as const,
        ...stopped(state, index),
      ]),
      ...slotsIn(state, 'recording').flatMap((index) => ends(state, index)),
    ];
  };

function failed(write: RunWrite, indexes: readonly number[] = []): RunEvent {
  return { type: 'write.failed', write, error: disk, indexes };
}

function answers(
  write: RunWrite,
  indexes: readonly number[],
  well: (indexes: readonly number[]) => RunEvent[],
): RunEvent[] {
  if (indexes.length === 0) return [];
  return [...well(indexes), failed(write, write === 'commit' ? [] : indexes)];
}

/** A program that is stopped is requeued, unless its run is not wanted any more. */
function stopped({ value, context: { book } }: State, index: number): RunEvent[] {
  if (!book.closed) return [{ type: 'attempt.recorded', index, requeue: true }];
  return value === 'cancelling' ? [{ type: 'attempt.recorded', index, requeue: false, outcome: 'cancelled' }] : [];
}

/** How the end that is being written may turn out. */
function ends({ context: { book } }: State, index: number): RunEvent[] {
  const own = (['succeeded', 'failed'] as const).map((outcome): RunEvent => {
    return { type: 'attempt.recorded', index, requeue: false, outcome };
  });
  const again: RunEvent[] = book.closed ? [] : [{ type: 'attempt.recorded', index, requeue: true }];
  return [...own, ...again, failed('attempt', [index])];
}

/** Nothing waits for an answer in these states, or only the answer to another one. */
const IDLE =
  /^(paused|parking|completing) --(claim\.\w+|released|place\.freed|attempt\.recorded|committed)|^paused .*isComplete/;
/** A pool that comes back says so by itself: `coordinator.test.ts`. */
const RETURN = /--capacity\.changed/;

interface Kind {
  readonly slots: number;
  readonly policy: Partial<RunPolicy>;
  /** To each state on the shortest way, or also every transition from there. */
  readonly kind: 'shortest' | 'transitions';
  readonly except: readonly RegExp[];
  readonly mayHappen?: (state: State, event: RunEvent) => boolean;
}

const isWish = ({ type }: RunEvent) => ['pause', 'resume', 'stop', 'espalier.stop', 'place.closed'].includes(type);

it.each<[string, Kind]>([
  ['one slot', { slots: 1, policy: { reorderWindow: 1 }, kind: 'transitions', except: [IDLE, /cancelling/] }],
  ['two slots, the second claimed ahead', { slots: 2, policy: {}, kind: 'shortest', except: [/-->|^cancelling$/] }],
  [
    'two slots at once, of which one fails',
    {
      slots: 2,
      policy: { concurrency: 2, failFast: true },
      kind: 'transitions',
      except: [/^(?!cancelling|running.*cancelling)/, /^cancelling --status/],
      mayHappen: ({ value }, event) => value === 'cancelling' || !isWish(event),
    },
  ],
])('the coordinator of %s is in its cell where its machine is, and so is the disk', async (_, given) => {
  const { slots, kind, except, mayHappen = () => true } = given;
  const policy: RunPolicy = { ...POLICY, concurrency: 1, reorderWindow: 2, ...given.policy };
  const store = await openHost(newFile(), 'host-a', { synchronous: 'normal' });
  const input: RunInput = { policy, isolate: (book) => book.clone() };
  const all = possible(slots);
  await testPaths(runMachine, {
    input,
    kind,
    events: (state) => all(state).filter((event) => mayHappen(state, event)),
    distinguish: (state) => {
      const { book, loaded } = state.context;
      const { held, statusWrites, committing, closed } = book;
      // Whether a slot has failed decides what comes only if the run fails fast.
      const outcomes = policy.failFast ? stages(state).map((__, index) => book.outcome(index)) : [];
      return [state.value, loaded, stages(state), outcomes, held, statusWrites, committing, closed];
    },
    subject: (path) => Driven.make(store, policy, slots, path),
    except: [RETURN, ...except],
  });
});
