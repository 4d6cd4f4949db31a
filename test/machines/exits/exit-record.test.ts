import { expect, it } from 'vitest';
import type { ActorExit } from '../../../src/machines/exits/exit.js';
import { type ExitRecord, toExitRecord } from '../../../src/machines/exits/exit-record.js';

const circle: { self?: unknown } = {};
circle.self = circle;
const end = { cause: 'exited', exit: { code: 7, signal: null }, served: true };
const error = { code: 'Error', message: 'boom' };

it.each<[ActorExit, ExitRecord]>([
  [{ kind: 'killed' }, { kind: 'killed' }],
  [{ kind: 'normal', output: 10n }, { kind: 'normal' }],
  [
    { kind: 'normal', output: end, code: 7, signal: null },
    { kind: 'normal', output: end, code: 7, signal: null },
  ],
  [
    { kind: 'crash', error: new Error('boom') },
    { kind: 'crash', error },
  ],
  [
    { kind: 'crash', error: new Error('boom'), output: end },
    { kind: 'crash', error, output: end },
  ],
  [{ kind: 'shutdown' }, { kind: 'shutdown' }],
  [
    { kind: 'shutdown', reason: { type: 'tidy' } },
    { kind: 'shutdown', reason: { type: 'tidy' } },
  ],
  [
    { kind: 'shutdown', reason: new Error('boom') },
    { kind: 'shutdown', reason: 'boom' },
  ],
  [
    { kind: 'shutdown', reason: Symbol('tidy') },
    { kind: 'shutdown', reason: 'Symbol(tidy)' },
  ],
  [
    { kind: 'shutdown', reason: circle },
    { kind: 'shutdown', reason: '[object Object]' },
  ],
  [
    { kind: 'shutdown', reason: 738527931269425001n },
    { kind: 'shutdown', reason: '738527931269425001' },
  ],
])('keeps of the exit %o what JSON can hold', (exit, record) => {
  expect(toExitRecord(exit)).toEqual(record);
  expect(JSON.parse(JSON.stringify(record))).toEqual(record);
});
