/** What the examples take for given. */
import type { ChildSpec, System } from 'espalier';
import type { SimulatedClock } from 'espalier/testing';
import type { CallContext } from 'espalier/worker';
import { setup } from 'xstate';

export { strict as assert } from 'node:assert';
export { statfs } from 'node:fs/promises';
export { createSystem, pool } from 'espalier';

export declare const system: System;
export declare const clock: SimulatedClock;
export declare const cache: ChildSpec;
export declare const queue: ChildSpec;
export declare const coordinator: { perform(commands: readonly unknown[]): void };
export declare const children: ChildSpec[];
export declare const ctx: CallContext;
export declare const halves: readonly { readonly queue: string; readonly method: string }[];
export declare const rows: number;
export declare const prompt: string;
export declare const token: string;

export const orderMachine = setup({
  types: {
    context: {} as { total: number },
    events: {} as { type: 'pay' } | { type: 'cancel' },
  },
}).createMachine({ context: { total: 0 } });
