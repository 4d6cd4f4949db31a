import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import {
  type StarterCommand,
  type StarterEvent,
  type StarterPolicy,
  starterMachine,
} from '../../../src/machines/worker/starter.js';
import type { WorkerEnd } from '../../../src/machines/worker/worker.js';
import { ownEvent, SimulatedClock, type Subject, testPaths } from '../../../src/testing/index.js';
import { bootFailure, clean, crashed, end, policy, start } from './starter-bench.js';

describe('the starter of an exec seat', () => {
  it('offers itself, runs one execution, sweeps, delivers, and only then offers itself again', () => {
    const { send, types } = start('exec');
    expect(types()).toEqual(['offer']);
    send({ type: 'execute' }, { type: 'worker.exited', incarnation: 1, end: clean });
    expect(types()).toEqual(['offer', 'start', 'sweep']);
    send({ type: 'swept', incarnation: 1, clean: true });
    expect(types()).toEqual(['offer', 'start', 'sweep', 'deliver', 'offer']);
  });

  it('delivers how the execution ended', () => {
    const { send, commands } = start('exec');
    send({ type: 'execute' }, ...end(1, crashed));
    expect(commands).toContainEqual({ type: 'deliver', end: crashed });
  });

  it('counts nothing before its first worker', () => {
    const { context } = start('exec').actor.getSnapshot();
    expect(context).toMatchObject({ incarnation: 0, failures: 0, failedBoots: 0, stable: false, reason: '' });
  });

  it('takes the group for proof after an end of its own, and looks for the cookie after any other', () => {
    const own = start('exec');
    own.send({ type: 'execute' }, { type: 'worker.exited', incarnation: 1, end: crashed });
    expect(own.commands.at(-1)).toEqual({ type: 'sweep', incarnation: 1, thorough: false });
    const forced = start('exec');
    const killed: WorkerEnd = { cause: 'timed_out', exit: { code: null, signal: 'SIGTERM' }, served: true };
    forced.send({ type: 'execute' }, { type: 'worker.exited', incarnation: 1, end: killed });
    expect(forced.commands.at(-1)).toEqual({ type: 'sweep', incarnation: 1, thorough: true });
    const unseen = start('exec');
    unseen.send({ type: 'execute' }, { type: 'worker.exited', incarnation: 1, end: { ...clean, exit: null } });
    expect(unseen.commands.at(-1)).toMatchObject({ thorough: true });
  });

  it('goes into quarantine when its process cannot be proven gone, and still says how the execution ended', () => {
    const { send, state, types, commands } = start('exec');
    send({ type: 'execute' }, { type: 'worker.exited', incarnation: 1, end: clean });
    send({ type: 'swept', incarnation: 1, clean: false, reason: 'may still run: 17' });
    expect(types().slice(-2)).toEqual(['deliver', 'close']);
    expect(commands.at(-1)).toMatchObject({ why: 'quarantine', reason: 'may still run: 17' });
    send({ type: 'execute' });
    expect(state()).toBe('quarantined');
  });

  it('begins in quarantine when what ran in it before could not be proven gone, and says why', () => {
    const { commands, state } = start('exec', { quarantine: 'may still run: 17' });
    expect(state()).toBe('quarantined');
    expect(commands).toEqual([{ type: 'close', why: 'quarantine', reason: 'may still run: 17', boots: 0 }]);
  });

  it('stops its worker and sweeps before it ends', () => {
    const { send, types, actor } = start('exec');
    send({ type: 'execute' }, { type: 'espalier.stop' });
    expect(types()).toEqual(['offer', 'start', 'stop']);
    expect(actor.getSnapshot().status).toBe('active');
    send(...end(1, { ...clean, cause: 'stopped' }));
    expect(actor.getSnapshot().status).toBe('done');
  });

  it('goes on counting where the starter before it had come to', () => {
    const { commands } = start('protocol', { lastWorker: 4 });
    expect(commands).toEqual([{ type: 'start', incarnation: 5 }]);
  });

  it('drops what a stale incarnation says', () => {
    const { send, state } = start('exec');
    send({ type: 'execute' }, ...end(1, clean), { type: 'execute' });
    send({ type: 'worker.exited', incarnation: 1, end: clean });
    expect(state()).toBe('executing');
    send({ type: 'worker.exited', incarnation: 2, end: clean });
    send({ type: 'swept', incarnation: 1, clean: false, reason: 'may still run: 17' });
    send({ type: 'swept', incarnation: 1, clean: true });
    expect(state()).toBe('sweeping');
  });
});

describe('the starter of a protocol seat', () => {
  it('replaces at once a worker that had been ready for a second', () => {
    const { send, clock, commands } = start('protocol');
    send({ type: 'worker.started', incarnation: 1 });
    clock.increment(1000);
    send(...end(1, crashed));
    expect(commands.at(-1)).toEqual({ type: 'start', incarnation: 2 });
  });

  it.each([
    [clean, false],
    [crashed, true],
    [{ ...clean, cause: 'stopped' }, true],
  ] satisfies [WorkerEnd, boolean][])(
    'looks for the cookie unless its program left by itself and well: %o',
    (how, thorough) => {
      const { send, commands } = start('protocol');
      send({ type: 'worker.started', incarnation: 1 }, { type: 'worker.exited', incarnation: 1, end: how });
      expect(commands.at(-1)).toEqual({ type: 'sweep', incarnation: 1, thorough });
    },
  );

  it('backs off after shorter lives: 100 ms, doubled each time', () => {
    const { send, clock, commands } = start('protocol');
    for (const [incarnation, delay] of [
      [1, 100],
      [2, 200],
      [3, 400],
    ] as const) {
      send({ type: 'worker.started', incarnation }, ...end(incarnation, crashed));
      clock.increment(delay - 1);
      expect(commands.filter(({ type }) => type === 'start')).toHaveLength(incarnation);
      clock.increment(1);
      expect(commands.filter(({ type }) => type === 'start')).toHaveLength(incarnation + 1);
    }
  });

  it('closes the seat after five failed boots in a row, and not after four and a success', () => {
    const { send, clock, state, commands } = start('protocol');
    let incarnation = 0;
    const fail = () => {
      incarnation += 1;
      send(...end(incarnation, bootFailure));
      clock.increment(29_999);
    };
    for (let i = 0; i < 4; i += 1) fail();
    incarnation += 1;
    send({ type: 'worker.started', incarnation }, ...end(incarnation, crashed));
    clock.increment(29_999);
    for (let i = 0; i < 4; i += 1) fail();
    expect(state()).toBe('starting');
    fail();
    expect(state()).toBe('failed');
    expect(commands.at(-1)).toMatchObject({ type: 'close', why: 'boot', boots: 5 });
  });

  it('tries again every 30 s once it has closed, closes again after each failure, and opens with a success', () => {
    const { send, clock, commands, types } = start('protocol', {
      maxFailedBoots: 2,
      past: { failures: 0, failedBoots: 1 },
    });
    const failing = (incarnation: number) => send(...end(incarnation, bootFailure));
    failing(1);
    for (const incarnation of [2, 3]) {
      expect(commands.at(-1)).toMatchObject({ type: 'close', why: 'boot', boots: incarnation });
      clock.increment(29_999);
      expect(commands.at(-1)).toMatchObject({ type: 'close' });
      clock.increment(1);
      expect(commands.at(-1)).toEqual({ type: 'start', incarnation });
      if (incarnation === 2) failing(incarnation);
    }
    send({ type: 'worker.started', incarnation: 3 });
    expect(types().at(-1)).toBe('offer');
  });

  it('goes on with the backoff that the starter before it had come to', () => {
    const { send, clock, commands } = start('protocol', { past: { failures: 3, failedBoots: 3 } });
    clock.increment(399);
    expect(commands).toEqual([]);
    clock.increment(1);
    expect(commands).toEqual([{ type: 'start', incarnation: 1 }]);
    send(...end(1, bootFailure));
    clock.increment(800);
    send(...end(2, bootFailure));
    expect(commands.at(-1)).toMatchObject({ type: 'close', boots: 5 });
  });

  it.each<[Partial<WorkerEnd>, string]>([
    [{ error: { code: 'ESP_SPAWN', message: 'no such program' } }, 'no such program'],
    [{ cause: 'boot_timeout' }, 'it was not ready in time'],
    [{ exit: { code: null, signal: 'SIGSEGV' } }, 'it was killed by SIGSEGV before it was ready'],
    [{ exit: { code: 3, signal: null } }, 'it ended with exit code 3 before it was ready'],
    [{ exit: null }, 'nobody saw how it ended'],
  ])('says of a seat that it closes why the last boot failed: %o', (how, reason) => {
    const { send, commands } = start('protocol', { maxFailedBoots: 1 });
    send(...end(1, { ...bootFailure, ...how }));
    expect(commands.at(-1)).toEqual({ type: 'close', why: 'boot', reason, boots: 1 });
  });

  it('withdraws the seat before anything else happens to its worker', () => {
    const { send, types } = start('protocol');
    send({ type: 'worker.started', incarnation: 1 }, { type: 'espalier.stop' });
    expect(types()).toEqual(['start', 'offer', 'withdraw', 'stop']);
  });
});

/** What must hold on every path, written without the machine: incarnations never overlap, and nothing starts unproven. */
class Reference {
  running: number | null = null;
  unproven: number | null = null;
  last = 0;

  command(command: StarterCommand): void {
    if (command.type === 'start') {
      expect(this.running, 'a worker starts while another runs').toBeNull();
      expect(this.unproven, 'a worker starts before its predecessor is proven gone').toBeNull();
      expect(command.incarnation).toBe(this.last + 1);
      this.last = command.incarnation;
      this.running = command.incarnation;
    }
    if (command.type === 'sweep') expect(command.incarnation).toBe(this.unproven);
  }

  event(event: StarterEvent): void {
    if (event.type === 'worker.exited' && this.running !== null) {
      this.unproven = this.running;
      this.running = null;
    }
    if (event.type === 'swept' && event.clean) this.unproven = null;
  }
}

let watching = new Reference();
const watched = starterMachine.provide({ actions: { perform: (_, command) => watching.command(command) } });

/** A running starter, in whose world the reference watches over commands. */
class Watched implements Subject<typeof starterMachine> {
  readonly #reference = new Reference();
  readonly #clock = new SimulatedClock();
  readonly #actor;

  constructor(input: StarterPolicy) {
    watching = this.#reference;
    this.#actor = createActor(watched, { input, clock: this.#clock });
    this.#actor.start();
  }

  perform(event: StarterEvent): void {
    const own = ownEvent(event);
    if (own?.kind === 'after') return this.#clock.increment(own.delay === 'stable' ? 1000 : 30_000);
    this.#reference.event(event);
    this.#actor.send(event);
  }

  check({ value }: { readonly value: unknown }): void {
    expect(this.#actor.getSnapshot().value).toEqual(value);
  }
}

const incarnations = [1, 2];
const anything: StarterEvent[] = [
  { type: 'execute' },
  { type: 'cancel' },
  { type: 'espalier.stop' },
  ...incarnations.flatMap((incarnation): StarterEvent[] => [
    { type: 'worker.started', incarnation },
    { type: 'worker.exited', incarnation, end: crashed },
    { type: 'worker.exited', incarnation, end: bootFailure },
    { type: 'swept', incarnation, clean: true },
    { type: 'swept', incarnation, clean: false, reason: 'may still run' },
  ]),
];

/** What each kind of starter has no use for. */
const kinds: [string, Partial<StarterPolicy> & Pick<StarterPolicy, 'mode'>, RegExp[]][] = [
  [
    'an exec seat',
    { mode: 'exec' },
    [/booting|givingUp|failed|starting|ready|backingOff/, /\[isQuarantined\]|\[hasPast\]/],
  ],
  ['a protocol seat', { mode: 'protocol' }, [/booting|givingUp|idle|executing/, /\[isQuarantined\]|\[hasPast\]/]],
  [
    'a service',
    { mode: 'protocol', awaitsReady: true },
    [/idle|executing/, /\[isQuarantined\]|\[hasPast\]|^vacant --always--> starting/, /\[triesOn\]/],
  ],
  ['a quarantined seat', { mode: 'exec', quarantine: 'may still run: 17' }, [/./]],
];

it.each(kinds)(
  'the starter of %s never starts what overlaps, whatever comes on every shortest path',
  async (_, how, except) => {
    const input = { ...policy(how.mode), ...how, maxFailedBoots: 2 };
    await testPaths(starterMachine, {
      input,
      events: anything,
      distinguish: ({ value, context: { incarnation, failures, failedBoots, stable, stopping } }) => [
        value,
        Math.min(incarnation, 3),
        failures,
        failedBoots,
        stable,
        stopping,
      ],
      until: ({ context }) => context.incarnation > 2,
      subject: () => new Watched(input),
      except,
    });
  },
);
