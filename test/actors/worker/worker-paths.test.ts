import { expect, it } from 'vitest';
import { Cell } from '../../../src/actors/cell/cell.js';
import type { ActorExit } from '../../../src/machines/exits/exit.js';
import {
  type WorkerCommand,
  type WorkerEvent,
  type WorkerInput,
  workerMachine,
} from '../../../src/machines/worker/worker.js';
import { ownEvent, SimulatedClock, type Subject, testPaths } from '../../../src/testing/index.js';

type Settings = Omit<WorkerInput, 'hands'>;
const exec: Settings = {
  mode: 'exec',
  takesShutdown: false,
  registered: false,
  timeoutMs: 1000,
  bootMs: 100,
  graceMs: 50,
};
const server: Settings = { ...exec, mode: 'protocol', takesShutdown: true, timeoutMs: null };
const error = { code: 'ESP_SPAWN', message: 'no such program' };
const exit = { code: 1, signal: null };
const stop: WorkerEvent = { type: 'espalier.stop' };

/** What the world can say, as far as the process is. */
function eventsIn(value: unknown): WorkerEvent[] {
  if (value === 'registering') return [{ type: 'registered' }, { type: 'register.failed', error }, stop];
  if (value === 'spawning' || value === 'abandoning') {
    return [{ type: 'spawned' }, { type: 'spawn.failed', error }, stop];
  }
  const said: WorkerEvent[] = [
    { type: 'ready' },
    { type: 'progress' },
    { type: 'protocol.failed', error },
    { type: 'unresponsive', error },
    { type: 'port.closed' },
  ];
  if (value === 'killing') said.push({ type: 'kill.failed', error });
  return [...said, { type: 'exited', exit }, stop];
}

/** A worker in a real cell, whose world keeps a record of the process apart from the machine. */
class Worker implements Subject<typeof workerMachine> {
  readonly #clock = new SimulatedClock();
  readonly #cell: Cell;
  readonly #commands: WorkerCommand[] = [];
  readonly #exits: ActorExit[] = [];
  #tell: (event: WorkerEvent) => void = () => {};
  #process: 'none' | 'alive' | 'stuck' | 'gone' = 'none';
  #asked = false;

  constructor(readonly settings: Settings) {
    const perform = (command: WorkerCommand, tell: (event: WorkerEvent) => void) => {
      this.#commands.push(command);
      this.#tell = tell;
    };
    const input = { ...settings, hands: { perform } };
    this.#cell = new Cell({
      path: '/w',
      incarnation: 1,
      logic: workerMachine,
      input,
      clock: this.#clock,
      role: 'worker',
    });
    void this.#cell.exited.then((how) => void this.#exits.push(how));
    this.#cell.start().catch(() => {});
  }

  async perform(event: WorkerEvent): Promise<void> {
    const own = ownEvent(event);
    if (own?.kind === 'after') this.#clock.increment(this.#delay(own.delay));
    else if (event.type === 'espalier.stop') this.#stop();
    else this.#tell(event);
    if (event.type === 'spawned') this.#process = 'alive';
    if (event.type === 'exited') this.#process = 'gone';
    if (event.type === 'kill.failed') this.#process = 'stuck';
    await Promise.resolve();
  }

  check({ value, status }: { readonly value: unknown; readonly status: string }): void {
    expect(this.#cell.getSnapshot()).toMatchObject({ value, status });
    // Nothing is done to a process that is not there, and none is started twice or left behind.
    const spawns = this.#commands.filter((command) => command === 'spawn').length;
    expect(spawns).toBeLessThanOrEqual(1);
    if (this.#process === 'none') expect(this.#commands).not.toContain('kill');
    if (status === 'done') expect(this.#process).not.toBe('alive');
    // Nothing is given up before it was killed.
    if (this.#process === 'stuck') expect(this.#commands).toContain('kill');
    const kind = this.#asked ? 'shutdown' : 'normal';
    expect(this.#exits.map((how) => how.kind)).toEqual(status === 'done' ? [kind] : []);
  }

  async close(): Promise<void> {
    await this.#cell.kill();
    expect([this.#exits.length, this.#clock.pending]).toEqual([1, []]);
  }

  #stop(): void {
    this.#asked = true;
    void this.#cell.stop('infinity');
  }

  #delay(name: string): number {
    const { bootMs, graceMs, timeoutMs } = this.settings;
    if (name === 'limit') return timeoutMs ?? 2 ** 31 - 1;
    return name === 'boot' ? bootMs : graceMs;
  }
}

it.each<[string, Settings, RegExp[]]>([
  ['an execution', exec, [/booting|draining/, /isRegistered/]],
  ['an execution that is registered', { ...exec, registered: true, timeoutMs: null }, [/./]],
  ['a server', server, [/\[is(Exec|Limited|Registered)\]|^running --espalier\.stop--> stopping/]],
  ['a service', { ...server, takesShutdown: false }, [/\[is(Exec|Limited|Registered)\]|\[takesShutdown\]|draining/]],
])('the worker of %s is in its cell where its machine is, and leaves no process', async (_, settings, except) => {
  const input = { ...settings, hands: { perform: () => undefined } };
  await testPaths(workerMachine, {
    input,
    events: ({ value }) => eventsIn(value),
    distinguish: ({ value, context: { cause, served } }) => [value, cause, served],
    subject: () => new Worker(settings),
    except,
  });
});
