import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { type SnapshotFrom, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import type { RunCommand } from '../../../../src/machines/work/run/commands.js';
import { type RunInput, runMachine } from '../../../../src/machines/work/run/machine.js';
import type { LoadedPlan, RunEvent } from '../../../../src/machines/work/run/run-events.js';
import { isThorough } from '../../../effort.js';
import { ended, requeued } from './bench.js';
import { ReferenceRun, type ReferenceSettings } from './reference.js';

interface Reaction {
  readonly asked: readonly unknown[];
  readonly over: boolean;
}

type Snapshot = SnapshotFrom<typeof runMachine>;

/** What can be answered in this state, by slot, and what somebody may want. */
function eventsIn({ context, value }: Snapshot, plan: LoadedPlan, frees: boolean): RunEvent[] {
  const { book } = context;
  const wishes: RunEvent[] = [{ type: 'stop' }, { type: 'espalier.stop' }];
  // Pausing and resuming could go on for ever while nothing of it is written.
  if (book.statusWrites < 2) wishes.push({ type: 'pause' }, { type: 'resume' });
  if (typeof value === 'object' && 'loading' in value) wishes.push({ type: 'plan.loaded', plan });
  const answers: RunEvent[] = [];
  if (book.committing.length > 0) {
    answers.push({ type: 'committed', indexes: book.committing });
    answers.push({ type: 'write.failed', write: 'commit', error: 'disk' });
  }
  if (book.statusWrites > 0) answers.push({ type: 'status.set', to: 'paused' });
  const size = book.summary().total;
  for (let index = 0; index < size; index += 1) answers.push(...slotEvents(book.stage(index), index, frees));
  if (book.held) answers.push({ type: 'capacity.changed', slots: 1 });
  return [...wishes, ...answers];
}

function slotEvents(stage: string, index: number, frees: boolean): RunEvent[] {
  const indexes = [index];
  if (stage === 'claiming') {
    return [
      { type: 'claim.granted', indexes },
      { type: 'claim.refused', indexes },
      { type: 'write.failed', write: 'claim', error: 'disk', indexes },
    ];
  }
  if (stage === 'releasing') return [{ type: 'released', indexes }];
  const ends = [ended(index), ended(index, 'failed'), requeued(index)];
  if (stage === 'started' && frees) return [{ type: 'place.freed', index }, ...ends];
  if (stage === 'started' || stage === 'recording') return ends;
  return [];
}

/** Everything that a state can do later depends on this. */
function serialize({ context: { book, loaded }, value }: Snapshot): string {
  const { total } = book.summary();
  const stages = Array.from({ length: total }, (_, index) => [book.stage(index), book.outcome(index)]);
  const { held, statusWrites, committing, closed, capacity } = book;
  return JSON.stringify([value, loaded, stages, held, statusWrites, committing, closed, capacity]);
}

const kinds: readonly [string, Partial<ReferenceSettings>, LoadedPlan][] = [
  ['two slots', {}, { slots: new Uint8Array(2), finished: new Map(), hasFailure: false }],
  ['two slots, one claimed ahead', { ahead: 1 }, { slots: new Uint8Array(2), finished: new Map(), hasFailure: false }],
  [
    'two slots at once, failing fast',
    { concurrency: 2, reorderWindow: 2, failFast: true },
    { slots: new Uint8Array(2), finished: new Map(), hasFailure: false },
  ],
  [
    'a recovered run with a hole',
    { concurrency: 2, reorderWindow: 3 },
    { slots: Uint8Array.of(0, 3, 2), finished: new Map([[2, 'failed']]), hasFailure: false },
  ],
  [
    'a recovered run with slots at work',
    { failFast: true },
    { slots: Uint8Array.of(1, 0), finished: new Map(), hasFailure: false, running: 'ours' },
  ],
];

/** What the reference asks for after the last of these events, and whether it is over. */
function reference(settings: ReferenceSettings, events: readonly RunEvent[]): Reaction {
  const run = new ReferenceRun(settings);
  run.take();
  let asked: readonly RunCommand[] = [];
  for (const event of events) asked = run.tell(event);
  return { asked, over: run.aim === 'over' };
}

/** What the machine asks for when it hears this event in this state. */
function machine(state: Snapshot, event: RunEvent): Reaction {
  const [next, actions] = transition(runMachine, state, event);
  const asked = actions.flatMap((action) => (action.type === 'perform' ? action.params : []));
  return { asked, over: next.status === 'done' };
}

test.each(isThorough ? kinds : kinds.slice(-2))(
  'whatever comes after every shortest path, machine and reference ask for the same: %s',
  (_, given, plan) => {
    const settings = { concurrency: 1, reorderWindow: 2, failFast: false, batch: 8, ...given };
    const { concurrency, reorderWindow, failFast, batch } = settings;
    const { ahead = 0 } = given;
    // Whoever claims ahead gains by it; the others are enough without.
    const frees = ahead > 0;
    const input: RunInput = {
      policy: { concurrency, reorderWindow, failFast },
      ahead,
      batch,
      isolate: (book) => book.clone(),
    };
    const events = (snapshot: Snapshot) => eventsIn(snapshot, plan, frees);
    const paths = getShortestPaths(runMachine, { input, events, serializeState: serialize, limit: 60_000 });
    for (const { steps, state } of paths) {
      const path = steps.map(({ event }) => event).filter(({ type }) => String(type) !== 'xstate.init');
      for (const event of events(state)) {
        const [asked, expected] = [machine(state, event), reference({ ...settings, ahead }, [...path, event])];
        if (!isDeepStrictEqual(asked, expected))
          expect({ path, event, ...asked }).toEqual({ path, event, ...expected });
      }
    }
    const reached = new Set(paths.map(({ state }) => String(JSON.stringify(state.value))));
    const everywhere = failFast && plan.slots.length === 2 ? 18 : 17;
    expect(reached.size, [...reached].join(' ')).toBe(everywhere);
  },
);
