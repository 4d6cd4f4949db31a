import { setup } from 'xstate';
import { RunBook, type RunInput } from './book.js';
import type { RunCommand, RunEnd } from './commands.js';
import { absorb, type DriveMode, nextCommands } from './drive.js';
import type { LoadedPlan, RunEvent } from './run-events.js';
import type { RunStatus } from './status.js';

export type { RunInput } from './book.js';

/** What the machine keeps. `book` is a summary in JSON. */
export interface RunContext {
  readonly input: RunInput;
  readonly book: RunBook;
  /** Whether the plan has been read. */
  readonly loaded: boolean;
  /** What was asked for last. */
  readonly commands: readonly RunCommand[];
  readonly end: RunEnd | null;
  /** Why the run ends `failed`: what the first write that failed said. Or `interrupted`: what its place closed for. */
  readonly error?: unknown;
}

/**
 * How a run's machine ended: what its last command `done` said.
 *
 * @public the declarations of those who provide the machine name it
 */
export interface RunOutput {
  readonly end: RunEnd;
  readonly error?: unknown;
}

interface RunTypes {
  readonly context?: RunContext;
  readonly events?: RunEvent;
  readonly input?: RunInput;
  readonly output?: RunOutput;
  readonly tags?: 'espalier.starting';
}

const noTypes: RunTypes = {};

const run = setup({
  types: noTypes,
  actions: {
    /** Performs the commands, one after the other; whoever drives the run provides it. */
    perform: (_, _commands: readonly RunCommand[]): void => undefined,
  },
  guards: {
    isComplete: ({ context }) => context.loaded && context.book.complete,
    isClosed: ({ context }) => context.book.closed,
    isIdle: ({ context }) => context.book.idle,
  },
});

type Change = (book: RunBook, event: RunEvent, error: unknown) => readonly RunCommand[];

/** Changes the books, and notes what that asks for. */
const change = (by: Change) =>
  run.assign(({ context: { input, book: before, error }, event }) => {
    const book = input.isolate?.(before) ?? before;
    return { book, commands: by(book, event, error) };
  });

/** Performs what the action before it has noted. */
const perform = {
  type: 'perform',
  params: ({ context }: { readonly context: RunContext }) => context.commands,
} as const;

const ask = (by: Change) => [change(by), perform] as const;

/** Enters the event into the books. */
const enter = change((book, event) => {
  absorb(book, event);
  return [];
});

/** Asks for what the books make necessary now. */
const advance = (mode: DriveMode) => ask((book) => nextCommands(book, mode));

const setStatus = (to: Exclude<RunStatus, 'created'>) =>
  ask((book, _, error) => {
    book.statusWrites += 1;
    return [{ type: 'setStatus', to, ...(to === 'interrupted' && error !== undefined && { error }) }];
  });

const stopRunning = ask((book) => {
  const then = book.closed ? 'cancel' : 'requeue';
  return book.hasStarted ? [{ type: 'stopRunning', then }] : [];
});

const open = run.assign(({ context, event }) =>
  'plan' in event ? { book: openBook(context, event.plan), loaded: true } : {},
);

function openBook({ input, book: { capacity } }: RunContext, plan: LoadedPlan): RunBook {
  const book = RunBook.open(input, plan);
  book.capacity = capacity;
  return book;
}

const blame = run.assign(({ event }) => ('error' in event ? { error: event.error } : {}));

const end = (how: RunEnd) =>
  [
    run.assign(({ context: { error } }) => ({
      end: how,
      commands: [{ type: 'done', end: how, ...(error === undefined ? {} : { error }) }],
    })),
    perform,
  ] as const;

/** What every state hears that has books to keep. */
const hears = (mode: DriveMode) => {
  const actions = [enter, ...advance(mode)] as const;
  return {
    'claim.granted': { actions },
    'claim.refused': { actions },
    released: { actions },
    'place.freed': { actions },
    'attempt.recorded': { actions },
    committed: { actions },
    'status.set': { actions },
    'capacity.changed': { actions },
    'write.failed': { target: '#run.failing', actions: [enter, blame] },
  } as const;
};

const whenStopped = { stop: '#run.stopping', 'espalier.stop': '#run.interrupting' } as const;
/** Nothing of it runs any more, and nothing will: it is left for somebody who continues it. */
const whenClosed = { 'place.closed': { target: '#run.interrupting', actions: blame } } as const;
const whenComplete = { guard: 'isComplete', target: '#run.completing' } as const;

const loading = run.createStateConfig({
  tags: ['espalier.starting'],
  entry: { type: 'perform', params: [{ type: 'load' }] },
  initial: 'toRun',
  // What happens to slots before the plan was read is in the plan.
  on: {
    'capacity.changed': { actions: enter },
    'write.failed': hears('shut')['write.failed'],
    ...whenStopped,
    ...whenClosed,
  },
  states: {
    toRun: { on: { 'plan.loaded': { target: '#run.running', actions: open }, pause: 'toPause' } },
    toPause: { on: { 'plan.loaded': { target: '#run.pausing', actions: open }, resume: 'toRun' } },
  },
});

const running = run.createStateConfig({
  entry: advance('open'),
  always: [whenComplete, { guard: 'isClosed', target: '#run.cancelling' }],
  on: { ...hears('open'), ...whenStopped, ...whenClosed, pause: '#run.pausing' },
});

/** The first failure is committed and the run fails fast: nothing is left to run for. */
const cancelling = run.createStateConfig({
  entry: [...stopRunning, ...advance('closing')],
  always: whenComplete,
  on: { ...hears('closing'), ...whenStopped },
});

const resume = { target: '#run.running', actions: [enter, ...setStatus('running')] } as const;

/** Nothing more is started; what runs is awaited. */
const pausing = run.createStateConfig({
  entry: advance('closing'),
  always: [whenComplete, { guard: 'isIdle', target: '#run.paused' }],
  on: { ...hears('closing'), ...whenStopped, ...whenClosed, resume },
});

const paused = run.createStateConfig({
  entry: setStatus('paused'),
  always: whenComplete,
  on: { ...hears('closing'), ...whenClosed, stop: '#run.stopping', 'espalier.stop': '#run.parking', resume },
});

/** The host stops while the run is paused: it stays so on disk. */
const parking = run.createStateConfig({
  always: { guard: 'isIdle', target: '#run.parked' },
  on: hears('closing'),
});

/**
 * What runs is stopped and given back; then the run's status is written, then it ends. (Idle means that nothing is due
 * either: in a closing state whatever is due is being written.)
 */
const ending = (how: 'stopped' | 'interrupted') =>
  run.createStateConfig({
    entry: [...stopRunning, ...advance('closing')],
    initial: 'winding',
    on: hears('closing'),
    states: {
      winding: { always: [whenComplete, { guard: 'isIdle', target: 'writing' }] },
      writing: { entry: setStatus(how), always: { guard: 'isIdle', target: `#run.${how}` } },
    },
  });

const completing = run.createStateConfig({
  entry: setStatus('completed'),
  always: { guard: 'isIdle', target: '#run.completed' },
  on: hears('closing'),
});

/** A write failed: what runs is stopped, and what is leased and being written is awaited, whatever becomes of it. */
const failing = run.createStateConfig({
  entry: [...stopRunning, ...advance('shut')],
  always: { guard: 'isIdle', target: '#run.failed' },
  on: { ...hears('shut'), 'write.failed': { actions: [enter, ...advance('shut')] } },
});

const final = (how: RunEnd) => run.createStateConfig({ type: 'final', entry: end(how) });

/**
 * One run, from reading its plan to its end. It decides and asks; whoever drives it performs (`RunCommand` says what
 * each command asks for and what answers it) and tells it what happened (`RunEvent`). A state changes when the run's
 * aim does, not with every slot.
 *
 * `loading` (tag `espalier.starting`) → `running` ⇄ `pausing` → `paused`; `cancelling` after a committed failure with
 * fail-fast; `completing` once every slot is committed; `stopping` and `interrupting` when it is ended early, by somebody or by the end of its place; `parking`
 * when its host stops while it is paused; `failing` when a write failed. It ends in one of `completed`, `stopped`,
 * `interrupted`, `parked` and `failed`, each announced by the command `done`.
 *
 * @example
 * import { createActor } from 'xstate';
 * const logic = runMachine.provide({ actions: { perform: (_, commands) => coordinator.perform(commands) } });
 * const actor = createActor(logic, { input: { policy: { concurrency: 4, failFast: false, reorderWindow: 64 } } });
 */
export const runMachine = run.createMachine({
  id: 'run',
  context: ({ input }) => ({ input, book: RunBook.blank(input), loaded: false, commands: [], end: null }),
  output: ({ context }) => ({
    end: context.end ?? 'failed',
    ...(context.error === undefined ? {} : { error: context.error }),
  }),
  initial: 'loading',
  states: {
    loading,
    running,
    cancelling,
    pausing,
    paused,
    parking,
    stopping: ending('stopped'),
    interrupting: ending('interrupted'),
    completing,
    failing,
    completed: final('completed'),
    stopped: final('stopped'),
    interrupted: final('interrupted'),
    parked: final('paused'),
    failed: final('failed'),
  },
});
