import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Collapse, QUIET_MS } from '../../../src/machines/report/collapse.js';
import type { Report } from '../../../src/machines/report/report.js';

const report = (message: string, at: number): Report => ({
  ...{ type: 'actor.crashed', system: 'app', path: '/m', error: null, lastWords: '', repeats: 0 },
  ...{ message: `/m crashed: ${message}`, at },
});
const said = (reports: readonly Report[]) => reports.map(({ message, repeats }) => [message, repeats]);

it('says the first of a kind at once, and counts what repeats it', () => {
  const collapse = new Collapse();
  expect(collapse.admit(report('boom', 0))).not.toBeNull();
  for (let at = 1; at <= 500; at += 1) expect(collapse.admit(report('boom', at))).toBeNull();
  expect(collapse.take(QUIET_MS - 1)).toEqual([]);
  expect(said(collapse.take(QUIET_MS))).toEqual([['/m crashed: boom', 500]]);
  expect(collapse.take(QUIET_MS)).toEqual([]);
});

it('forgets a kind that has been quiet, and says it in full when it comes again', () => {
  const collapse = new Collapse();
  collapse.admit(report('boom', 0));
  expect(collapse.take(QUIET_MS)).toEqual([]);
  expect(collapse.due).toBeNull();
  expect(collapse.admit(report('boom', QUIET_MS + 1))).not.toBeNull();
});

it('gives every count out at the end', () => {
  const collapse = new Collapse();
  collapse.admit(report('boom', 0));
  collapse.admit(report('boom', 1));
  expect(said(collapse.take(Number.POSITIVE_INFINITY))).toEqual([['/m crashed: boom', 1]]);
});

it('says that the system has ended, whatever else there is', () => {
  const collapse = new Collapse();
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') collapse.admit(report(letter, 0));
  expect(collapse.admit({ ...report('it is over', 0), type: 'system.ended' })).not.toBeNull();
});

it('is bounded, and loses no report from the count', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom(...'abcdefgh') }), { maxLength: 300 }),
      (messages) => {
        const collapse = new Collapse();
        const now = messages.filter((message, at) => collapse.admit(report(message, at)) !== null);
        const later = collapse.take(Number.POSITIVE_INFINITY);
        expect(now.length).toBeLessThanOrEqual(20);
        expect(later.length).toBeLessThanOrEqual(21);
        expect(now.length + later.reduce((sum, { repeats }) => sum + repeats, 0)).toBe(messages.length);
      },
    ),
  );
});
