import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import {
  isWorkerEnd,
  type WorkerCommand,
  type WorkerEnd,
  type WorkerEvent,
  type WorkerInput,
  workerMachine,
} from '../../../src/machines/worker/worker.js';
import { SimulatedClock } from '../../../src/testing/index.js';

type Settings = Omit<WorkerInput, 'hands'>;
const exec: Settings = {
  mode: 'exec',
  takesShutdown: false,
  registered: false,
  timeoutMs: null,
  bootMs: 100,
  graceMs: 50,
};
const protocol: Settings = { ...exec, mode: 'protocol', takesShutdown: true };
const service: Settings = { ...protocol, takesShutdown: false };

function start(settings: Settings) {
  const clock = new SimulatedClock();
  const commands: WorkerCommand[] = [];
  const hands = { perform: (command: WorkerCommand) => void commands.push(command) };
  const actor = createActor(workerMachine, { input: { ...settings, hands }, clock });
  actor.start();
  const send = (...events: WorkerEvent[]) => {
    for (const event of events) actor.send(event);
  };
  return {
    actor,
    clock,
    commands,
    send,
    state: () => actor.getSnapshot().value,
    end: () => actor.getSnapshot().output,
  };
}

const exit = { code: 0, signal: null };
const error = { code: 'ESP_SPAWN', message: 'no such program' };

describe('the worker of one execution', () => {
  it('registers before it spawns, and ends with its process', () => {
    const { commands, send, end } = start(exec);
    expect(commands).toEqual(['register']);
    send({ type: 'registered' });
    expect(commands).toEqual(['register', 'spawn']);
    send({ type: 'spawned' }, { type: 'exited', exit });
    expect(end()).toEqual({ cause: 'exited', exit, served: true });
    expect(commands).toEqual(['register', 'spawn']);
  });

  it('spawns at once when its intent is on disk already', () => {
    expect(start({ ...exec, registered: true }).commands).toEqual(['spawn']);
  });

  it('never spawns what could not be registered', () => {
    const { commands, send, end } = start(exec);
    send({ type: 'register.failed', error });
    expect(commands).toEqual(['register']);
    expect(end()).toEqual({ cause: 'spawn_failed', exit: null, served: false, error });
  });

  it('asks first, then kills, and only the actual exit ends it', () => {
    const { commands, send, clock, state, end } = start({ ...exec, registered: true });
    send({ type: 'spawned' }, { type: 'espalier.stop' });
    expect(commands).toEqual(['spawn', 'terminate']);
    clock.increment(49);
    expect(state()).toBe('stopping');
    clock.increment(1);
    expect(commands).toEqual(['spawn', 'terminate', 'kill']);
    clock.increment(1_000_000);
    expect(state()).toBe('killing');
    send({ type: 'exited', exit: { code: null, signal: 'SIGKILL' } });
    expect(end()).toMatchObject({ cause: 'stopped', exit: { signal: 'SIGKILL' } });
  });

  it('does not wait for ever for what cannot be killed: its end is unseen, and why it had to go is kept', () => {
    const stuck = { code: 'ESP_QUARANTINED', message: 'does not end within 15000 ms of SIGKILL' };
    const { send, clock, end } = start({ ...exec, registered: true, timeoutMs: 30 });
    send({ type: 'spawned' });
    clock.increment(80);
    send({ type: 'kill.failed', error: stuck });
    expect(end()).toEqual({ cause: 'timed_out', exit: null, served: true, error: stuck });
    const other = start(protocol);
    other.send({ type: 'registered' }, { type: 'spawned' }, { type: 'ready' }, { type: 'protocol.failed', error });
    other.send({ type: 'kill.failed', error: stuck });
    expect(other.end()).toEqual({ cause: 'protocol_error', exit: null, served: true, error });
  });

  it('takes a kill that failed for the end only once it has killed', () => {
    const { send, state } = start({ ...exec, registered: true });
    send({ type: 'spawned' }, { type: 'kill.failed', error });
    expect(state()).toBe('running');
  });

  it('counts its limit from the spawn', () => {
    const { commands, send, clock, end } = start({ ...exec, timeoutMs: 30 });
    clock.increment(1000);
    send({ type: 'registered' });
    clock.increment(1000);
    send({ type: 'spawned' });
    clock.increment(29);
    expect(commands).not.toContain('terminate');
    clock.increment(1);
    expect(commands).toContain('terminate');
    send({ type: 'exited', exit: { code: null, signal: 'SIGTERM' } });
    expect(end()?.cause).toBe('timed_out');
  });

  it('runs for as long as it likes without a limit', () => {
    const { commands, send, clock } = start({ ...exec, registered: true });
    send({ type: 'spawned' });
    expect(clock.pending, 'as late as a timer can be').toEqual([2 ** 31 - 1]);
    clock.increment(2 ** 31);
    expect(commands).toEqual(['spawn']);
  });

  it.each([exec, protocol])(
    'waits for a spawn under way when it is stopped, asks, and only then kills: %o',
    (settings) => {
      const { commands, send, clock, state, end } = start({ ...settings, registered: true });
      send({ type: 'espalier.stop' });
      expect(state()).toBe('abandoning');
      send({ type: 'spawned' });
      expect(commands).toEqual(['spawn', 'abandon', 'terminate']);
      clock.increment(49);
      expect(commands).toEqual(['spawn', 'abandon', 'terminate']);
      clock.increment(1);
      expect(commands).toEqual(['spawn', 'abandon', 'terminate', 'kill']);
      send({ type: 'exited', exit: { code: null, signal: 'SIGKILL' } });
      expect(end()).toMatchObject({ cause: 'stopped', served: false });
    },
  );
});

describe('the worker of a protocol pool', () => {
  it('is starting until its process says ready', () => {
    const { actor, send } = start(protocol);
    send({ type: 'registered' }, { type: 'spawned' });
    expect(actor.getSnapshot().hasTag('espalier.starting')).toBe(true);
    send({ type: 'ready' });
    expect(actor.getSnapshot().hasTag('espalier.starting')).toBe(false);
  });

  it('gives a boot that reports progress its time anew, and ends one that does not', () => {
    const { send, clock, state, end } = start(protocol);
    send({ type: 'registered' }, { type: 'spawned' });
    clock.increment(99);
    send({ type: 'progress' });
    clock.increment(99);
    expect(state()).toBe('booting');
    clock.increment(1);
    expect(state()).toBe('stopping');
    send({ type: 'exited', exit });
    expect(end()).toMatchObject({ cause: 'boot_timeout', served: false });
  });

  it('is told to shut down before it is terminated before it is killed', () => {
    const { commands, send, clock } = start(protocol);
    send({ type: 'registered' }, { type: 'spawned' }, { type: 'ready' }, { type: 'espalier.stop' });
    expect(commands.slice(2)).toEqual(['shutdown']);
    clock.increment(50);
    expect(commands.slice(2)).toEqual(['shutdown', 'terminate']);
    clock.increment(50);
    expect(commands.slice(2)).toEqual(['shutdown', 'terminate', 'kill']);
  });

  it('is terminated at once where it takes no `shutdown`, as a service, and gets its grace once', () => {
    const { commands, send, clock } = start(service);
    send({ type: 'registered' }, { type: 'spawned' }, { type: 'ready' }, { type: 'espalier.stop' });
    expect(commands.slice(2)).toEqual(['terminate']);
    clock.increment(50);
    expect(commands.slice(2)).toEqual(['terminate', 'kill']);
  });

  it('is killed at once when it speaks out of protocol', () => {
    const { commands, send, end } = start(protocol);
    send({ type: 'registered' }, { type: 'spawned' }, { type: 'ready' }, { type: 'protocol.failed', error });
    expect(commands).toEqual(['register', 'spawn', 'kill']);
    send({ type: 'exited', exit: { code: null, signal: 'SIGKILL' } });
    expect(end()).toMatchObject({ cause: 'protocol_error', error, served: true });
  });
});

const registered: WorkerEvent = { type: 'registered' };
const spawned: WorkerEvent = { type: 'spawned' };
const ready: WorkerEvent = { type: 'ready' };
const stop: WorkerEvent = { type: 'espalier.stop' };
const closed: WorkerEvent = { type: 'port.closed' };
const exited: WorkerEvent = { type: 'exited', exit };
const spawnFailed: WorkerEvent = { type: 'spawn.failed', error };
const garbled: WorkerEvent = { type: 'protocol.failed', error };
const unresponsive: WorkerEvent = { type: 'unresponsive', error };
const wentOn = { code: 'ESP_PROTOCOL', message: 'closed its port and went on' };

/** What happens (a number is time that passes), what is asked for behind registration and spawn, and how it ends. */
const ends: [string, (WorkerEvent | number)[], WorkerCommand[], WorkerEnd][] = [
  [
    'stopped while it is spawned in vain',
    [stop, spawnFailed],
    ['abandon'],
    { cause: 'stopped', exit: null, error, served: false },
  ],
  ['that cannot be spawned', [spawnFailed], [], { cause: 'spawn_failed', exit: null, error, served: false }],
  ['that ends while it boots', [spawned, exited], [], { cause: 'exited', exit, served: false }],
  ['stopped while it boots', [spawned, stop, exited], ['terminate'], { cause: 'stopped', exit, served: false }],
  [
    'that talks nonsense while it boots',
    [spawned, garbled, exited],
    ['kill'],
    { cause: 'protocol_error', exit, error, served: false },
  ],
  ['that closes its port while it boots', [spawned, closed, exited], [], { cause: 'exited', exit, served: false }],
  ['that ends', [spawned, ready, exited], [], { cause: 'exited', exit, served: true }],
  ['that closes its port and ends', [spawned, ready, closed, 49, exited], [], { cause: 'exited', exit, served: true }],
  [
    'that closes its port and goes on',
    [spawned, ready, closed, 50, exited],
    ['terminate'],
    { cause: 'protocol_error', exit, error: wentOn, served: true },
  ],
  [
    'stopped when it has closed its port',
    [spawned, ready, closed, stop, exited],
    ['terminate'],
    { cause: 'stopped', exit, served: true },
  ],
  [
    'that does not answer',
    [spawned, ready, unresponsive, exited],
    ['kill'],
    { cause: 'unresponsive', exit, error, served: true },
  ],
  [
    'that leaves when it is told to',
    [spawned, ready, stop, exited],
    ['shutdown'],
    { cause: 'stopped', exit, served: true },
  ],
  [
    'that talks nonsense when it is told to leave',
    [spawned, ready, stop, garbled, exited],
    ['shutdown', 'kill'],
    { cause: 'stopped', exit, served: true },
  ],
  [
    'that does not answer when it is told to leave',
    [spawned, ready, stop, unresponsive, exited],
    ['shutdown', 'kill'],
    { cause: 'stopped', exit, served: true },
  ],
];

it.each(ends)('a server %s', (_, steps, asked, how) => {
  const { commands, send, clock, end } = start(protocol);
  send(registered);
  for (const step of steps) typeof step === 'number' ? clock.increment(step) : send(step);
  expect(commands).toEqual(['register', 'spawn', ...asked]);
  expect(end()).toEqual(how);
});

it('a worker that is stopped before it is registered spawns nothing', () => {
  const { commands, send, end } = start(exec);
  send(stop);
  expect([commands, end()]).toEqual([['register'], { cause: 'stopped', exit: null, served: false }]);
});

it('an execution is starting until its program runs, but not once that is unwanted', () => {
  const { actor, send } = start(exec);
  const isStarting = () => actor.getSnapshot().hasTag('espalier.starting');
  expect(isStarting()).toBe(true);
  send(registered);
  expect(isStarting()).toBe(true);
  send(spawned);
  expect(isStarting()).toBe(false);
  const other = start({ ...exec, registered: true });
  other.send(stop);
  expect(other.actor.getSnapshot().hasTag('espalier.starting')).toBe(false);
});

it('hears what the world tells it until it has ended, and nothing afterwards', () => {
  const heard: string[] = [];
  let answer: (event: WorkerEvent) => void = () => {};
  const hands: WorkerInput['hands'] = {
    perform: (_, tell) => {
      answer = tell;
    },
  };
  const actor = createActor(workerMachine, {
    input: { ...exec, hands },
    inspect: (seen) => void (seen.type === '@xstate.event' && heard.push(seen.event.type)),
  });
  actor.start();
  for (const type of ['registered', 'spawned'] as const) answer({ type });
  answer({ type: 'exited', exit });
  answer({ type: 'exited', exit });
  expect(actor.getSnapshot().output).toMatchObject({ cause: 'exited', exit });
  expect(heard).toEqual(['xstate.init', 'registered', 'spawned', 'exited']);
});

it('the end of a worker is told from whatever else a machine may put out', () => {
  const end = { cause: 'stopped', exit: null, served: true };
  expect(isWorkerEnd(end)).toBe(true);
  const { cause, served } = end;
  const others = [null, undefined, 'stopped', { ...end, cause: 'bored' }, { ...end, cause: 1 }];
  for (const other of [...others, { exit, served }, { cause, served }, { cause, exit }]) {
    expect(isWorkerEnd(other)).toBe(false);
  }
});
