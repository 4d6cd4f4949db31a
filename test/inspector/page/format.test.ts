import { expect, test } from 'vitest';
import { ago, bytes, depthOf, duration, exitText, nameOf, percent } from '../../../inspector/src/parts/format.js';

test('sizes keep two figures', () => {
  expect([0, 1023, 1024, 1_572_864, 10_485_760, 1_073_741_823, 5e12].map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 kB',
    '1.5 MB',
    '10 MB',
    '1.0 GB',
    '4.5 TB',
  ]);
});

test('durations are told in the units in which they are thought of', () => {
  expect([-1, 0, 999, 1500, 9999, 59_400, 83_000, 3_600_000, 90_000_000].map(duration)).toEqual([
    '0 ms',
    '0 ms',
    '999 ms',
    '1.5 s',
    '10.0 s',
    '59 s',
    '1 min 23 s',
    '1 h 0 min',
    '1 d 1 h',
  ]);
});

test('ages change once a second', () => {
  expect([ago(0, 400), ago(0, 1000), ago(0, 1999), ago(0, 61_500)]).toEqual([
    'now',
    '1 s ago',
    '1 s ago',
    '1 min 1 s ago',
  ]);
});

test('shares of a core', () => {
  expect([0, 0.004, 0.0999, 1, 2.126].map(percent)).toEqual(['0 %', '0.4 %', '10 %', '100 %', '213 %']);
});

test('a process ended by a signal, with a code, or unseen', () => {
  expect(exitText({ code: null, signal: 'SIGKILL' })).toBe('SIGKILL');
  expect(exitText({ code: 70, signal: null })).toBe('code 70');
  expect(exitText({ code: null, signal: null })).toBe('unseen');
});

test('the root is its own name, at no depth', () => {
  expect(['/', '/a', '/a/b'].map(nameOf)).toEqual(['/', 'a', 'b']);
  expect(['/', '/a', '/a/b'].map(depthOf)).toEqual([0, 1, 2]);
});
