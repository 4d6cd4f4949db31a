import { expect, it } from 'vitest';
import type { SnapshotFrom } from 'xstate';
import {
  STARTER_DEFAULTS,
  type StarterEvent,
  type StarterPolicy,
  starterMachine,
} from '../../../src/machines/worker/starter.js';
import type { WorkerEnd } from '../../../src/machines/worker/worker.js';
import { ownEvent, type Subject, testPaths } from '../../../src/testing/index.js';
import { ScriptedStarter } from './scripted-starter.js';

type State = SnapshotFrom<typeof starterMachine>;

const ended = (served: boolean): WorkerEnd => ({ cause: 'exited', exit: { code: 1, signal: null }, served });
const stop: StarterEvent = { type: 'espalier.stop' };

/** What can happen to a starter and its worker; how many boots fail in a row is bounded, so that paths have an end. */
function possible({ value, context: { incarnation, mode } }: State): StarterEvent[] {
  const exits = (served: boolean): StarterEvent => ({ type: 'worker.exited', incarnation, end: ended(served) });
  const started: StarterEvent = { type: 'worker.started', incarnation };
  const swept: StarterEvent[] = [
    { type: 'swept', incarnation, clean: true },
    { type: 'swept', incarnation, clean: false, reason: 'may still run' },
  ];
  switch (value) {
    case 'idle':
      return [{ type: 'execute' }, stop];
    case 'executing':
      return [exits(true), { type: 'cancel' }, stop];
    case 'starting':
    case 'booting':
      return [started, exits(false), stop];
    case 'ready':
      return [exits(true), stop];
    case 'stopping':
      return [exits(mode === 'exec')];
    case 'sweeping':
      return [...swept, stop];
    case 'givingUp':
      return swept;
    default:
      return [stop];
  }
}

/** A starter in its cell, with a worker in a cell of its own, in a world that does what a path says. */
class Started implements Subject<typeof starterMachine> {
  readonly #starter: ScriptedStarter;

  constructor(how: Partial<StarterPolicy> & Pick<StarterPolicy, 'mode'>) {
    this.#starter = new ScriptedStarter(how);
  }

  async boot(): Promise<this> {
    await this.#starter.boot();
    return this;
  }

  async perform(event: StarterEvent): Promise<void> {
    const own = ownEvent(event);
    if (own?.kind === 'after') return this.#starter.pass(own.delay === 'stable' ? STARTER_DEFAULTS.stableMs : 60_000);
    switch (event.type) {
      case 'execute':
      case 'cancel':
        return this.#starter.tell(event);
      case 'worker.started':
        return this.#starter.ready();
      case 'worker.exited':
        return this.#starter.exit();
      case 'swept':
        return this.#starter.sweep(event.clean);
      case 'espalier.stop':
        return this.#starter.stop();
      default:
        event satisfies never;
    }
  }

  check({ value, status, context }: State): void {
    const { cell, worker, workers } = this.#starter;
    expect(cell.getSnapshot()).toMatchObject({ value, status });
    const { incarnation, failures, failedBoots, stable, stopping } = context;
    // A path does not remember whether a worker that was stopped had served; nothing follows from it.
    const memory = stopping ? {} : { failures, failedBoots, stable };
    expect(cell.getSnapshot()).toMatchObject({ context: { incarnation, stopping, ...memory } });
    // No two workers at once, none beside a sweep, and none left behind.
    expect(workers).toBe(incarnation);
    const hasWorker = ['executing', 'starting', 'booting', 'ready', 'stopping'].includes(String(value));
    expect(worker !== undefined).toBe(hasWorker);
  }

  close(): Promise<void> {
    return this.#starter.close();
  }
}

it.each<[string, Partial<StarterPolicy> & Pick<StarterPolicy, 'mode'>, RegExp[]]>([
  ['an exec seat', { mode: 'exec' }, [/booting|givingUp|failed|starting|ready|backingOff/, /\[isQuarantined\]/]],
  ['a protocol seat', { mode: 'protocol' }, [/booting|givingUp|idle|executing/, /\[isQuarantined\]|\[hasPast\]/]],
  [
    'a service',
    { mode: 'protocol', awaitsReady: true },
    // Five boots that fail after one that served are a protocol seat's path too.
    [/idle|executing/, /\[isQuarantined\]|\[hasPast\]|^vacant --always--> starting/, /\[hasFailed\]|\[triesOn\]/],
  ],
  ['a seat in quarantine', { mode: 'exec', quarantine: 'may still run' }, [/./]],
])('the starter of %s is in its cell, with its worker, where its machine is', async (_, how, except) => {
  const input: StarterPolicy = { ...STARTER_DEFAULTS, random: () => 0.5, ...how };
  await testPaths(starterMachine, {
    input,
    events: possible,
    distinguish: ({ value, context: { incarnation, failures, failedBoots, stable, stopping } }) => [
      value,
      Math.min(incarnation, 6),
      failures,
      failedBoots,
      stable,
      stopping,
    ],
    until: ({ context }) => context.incarnation > 5,
    subject: () => new Started(how).boot(),
    // Who asks twice is asked to wait.
    except: [...except, /^stopping --espalier\.stop/],
  });
});
