import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { pool } from '../../../src/actors/specs/pool.js';
import { service } from '../../../src/actors/specs/service.js';
import type { ChildOptions } from '../../../src/actors/tree/child-spec.js';
import { isChildSpec, machine, spec } from '../../../src/actors/tree/spec.js';

const logic = createMachine({});
const start = () => logic;

it('has OTP’s defaults', () => {
  expect(spec({ id: 'a', start })).toEqual({
    id: 'a',
    start,
    observe: false,
    restart: 'permanent',
    shutdown: 5000,
    type: 'worker',
    significant: false,
    role: 'machine',
  });
});

it('gives supervisors all the time they need', () => {
  expect(spec({ id: 'a', start, type: 'supervisor' })).toMatchObject({ shutdown: 'infinity', role: 'supervisor' });
  expect(spec({ id: 'a', start, type: 'supervisor', shutdown: 10 })).toMatchObject({ shutdown: 10 });
});

it('keeps what it was told', () => {
  const backoff = { initialMs: 1, factor: 2, maxMs: 3, jitter: 0 };
  const options: ChildOptions = {
    id: 'a',
    start,
    restart: 'transient',
    shutdown: 'kill',
    significant: true,
    backoff,
    role: 'worker',
  };
  expect(spec(options)).toEqual({ ...options, type: 'worker', observe: false });
});

describe('refuses, naming what does not fit', () => {
  const wrong: Readonly<Record<string, [unknown, RegExp]>> = {
    'an empty id': [{ id: '', start }, /id: must not be empty/],
    'an id that would be two': [{ id: 'a/b', start }, /id: must not contain/],
    'an id of two lines': [{ id: 'a\nb', start }, /id: must not be a dot alone, nor contain control characters/],
    'an id that leads upwards': [{ id: '..', start }, /id: must not be a dot alone/],
    'no id': [{ start }, /id is missing/],
    'no start': [{ id: 'a' }, /start is missing; it must be a function/],
    'an unknown restart': [
      { id: 'a', start, restart: 'sometimes' },
      /restart is "sometimes"; it must be one of permanent, transient, temporary/,
    ],
    'a negative time': [{ id: 'a', start, shutdown: -1 }, /shutdown is -1/],
    'a backoff that shrinks': [
      { id: 'a', start, backoff: { initialMs: 1, factor: 0.5, maxMs: 1, jitter: 0 } },
      /backoff\.factor is 0\.5/,
    ],
    'a permanent child that is significant': [{ id: 'a', start, significant: true }, /significant: a permanent child/],
  };
  for (const [what, [options, message]] of Object.entries(wrong)) {
    it(what, () => {
      const make = () => Reflect.apply(spec, undefined, [options]);
      expect(make).toThrow(expect.objectContaining({ code: 'ESP_INVALID' }));
      expect(make).toThrow(message);
    });
  }
});

it('writes down a machine with its input', () => {
  const child = machine({ id: 'orders', logic, input: 7, restart: 'transient' });
  expect(child).toMatchObject({ id: 'orders', restart: 'transient', role: 'machine' });
  expect(Reflect.apply(child.start, child, [])).toEqual({ logic, input: 7 });
});

it('refuses a machine without a logic', () => {
  const make = () => Reflect.apply(machine, undefined, [{ id: 'a', logic: 5 }]);
  expect(make).toThrow(
    expect.objectContaining({ code: 'ESP_INVALID', message: "child 'a': logic is no logic of XState" }),
  );
});

it('tells a specification from a bare policy', () => {
  const child = spec({ id: 'a', start });
  expect(isChildSpec(child)).toBe(true);
  const { start: _, ...policy } = child;
  expect([policy, null, 5, 'a'].map(isChildSpec)).toEqual([false, false, false, false]);
});

it('refuses what would mean nothing to a machine that is not saved', () => {
  expect(() => machine({ id: 'm', logic, version: '2' })).toThrow(
    /version means something only with persist: 'snapshot'/,
  );
  expect(() => machine({ id: 'm', logic, migrate: (s) => s })).toThrow(/migrate means something only with/);
  expect(() => machine({ id: 'm', logic, persist: 'snapshot', version: '' })).toThrow(/version is ""/);
});

it('refuses a command without a program, and one that no system takes', () => {
  expect(() => pool({ id: 'p', mode: 'exec', size: 1, command: [''] })).toThrow(/the program first/);
  expect(() => service({ id: 's', command: ['cat', 'a\0b'] })).toThrow(/without NUL characters/);
});
