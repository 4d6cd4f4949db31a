import { type AnyActorLogic, fromCallback } from 'xstate';
import { Cell } from '../../../src/actors/cell/cell.js';
import { SimulatedClock } from '../../../src/testing/index.js';

/** What the latest cell reported as harmless by now. */
export const faults: unknown[] = [];

function cellOf(logic: AnyActorLogic, input?: unknown): Cell {
  faults.length = 0;
  const clock = new SimulatedClock();
  const onFault = (error: unknown) => void faults.push(error);
  return new Cell({ path: '/cell', incarnation: 1, logic, input, clock, role: 'machine', onFault });
}

/** A running cell. */
export async function startedCell(logic: AnyActorLogic): Promise<Cell> {
  const cell = cellOf(logic);
  await cell.start();
  return cell;
}

export function fail(): never {
  throw new Error('boom');
}

/** A callback that logs its start and its end. */
export function logging(log: string[], name: string) {
  return fromCallback(() => {
    log.push(`+${name}`);
    return () => void log.push(`-${name}`);
  });
}

/** The exit of a cell in which `fail` was called. */
export const boom = { kind: 'crash', error: { message: 'boom' } };
