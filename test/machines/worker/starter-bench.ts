import { createActor } from 'xstate';
import {
  STARTER_DEFAULTS,
  type StarterCommand,
  type StarterEvent,
  type StarterPolicy,
  starterMachine,
} from '../../../src/machines/worker/starter.js';
import type { WorkerEnd } from '../../../src/machines/worker/worker.js';
import { SimulatedClock } from '../../../src/testing/index.js';

export const policy = (mode: StarterPolicy['mode']): StarterPolicy => ({
  ...STARTER_DEFAULTS,
  mode,
  random: () => 0.5,
});
export const clean: WorkerEnd = { cause: 'exited', exit: { code: 0, signal: null }, served: true };
export const crashed: WorkerEnd = { cause: 'exited', exit: { code: 1, signal: null }, served: true };
export const bootFailure: WorkerEnd = { cause: 'exited', exit: { code: 1, signal: null }, served: false };

/** A starter with nobody behind it: the test sees each command and says what happened. */
export function start(mode: StarterPolicy['mode'], more: Partial<StarterPolicy> = {}) {
  const clock = new SimulatedClock();
  const commands: StarterCommand[] = [];
  const logic = starterMachine.provide({ actions: { perform: (_, command) => commands.push(command) } });
  const actor = createActor(logic, { input: { ...policy(mode), ...more }, clock });
  actor.start();
  const send = (...events: StarterEvent[]) => {
    for (const event of events) actor.send(event);
  };
  const types = () => commands.map(({ type }) => type);
  return { actor, clock, commands, types, send, state: () => actor.getSnapshot().value };
}

/** Ends incarnation n and proves it gone. */
export const end = (incarnation: number, how: WorkerEnd): StarterEvent[] => [
  { type: 'worker.exited', incarnation, end: how },
  { type: 'swept', incarnation, clean: true },
];
