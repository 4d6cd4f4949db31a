import { expect, test } from 'vitest';
import { parseSlot, slotName, standing, standingText } from '../../../inspector/src/model/slot.js';
import { SLOT_STATUSES } from '../../../src/machines/work/slot.js';

test('a slot is found by its name, and a run is no slot', () => {
  const slot = { run: 'mwx3-1:2', index: 14 };
  expect(parseSlot(slotName(slot))).toEqual(slot);
  expect(parseSlot('mwx3-1')).toBeNull();
});

test('it stands where its row says, before that where the window has it, and otherwise nobody knows', () => {
  const row = {
    position: 0,
    index: 1,
    status: 'failed',
    attempts: 1,
    durationMs: 1,
    input: '',
    result: null,
    error: null,
  } as const;
  expect(standing(row, { index: 1, stage: 'running', status: null })).toBe('failed');
  expect(standing(undefined, { index: 1, stage: 'running', status: null })).toBe('running');
  expect(standing(undefined, { index: 1, stage: 'finished', status: 'timed_out' })).toBe('timed_out');
  expect(standing(undefined, undefined)).toBeNull();
});

test('every status is read as words', () => {
  for (const status of SLOT_STATUSES) expect(standingText(status)).toMatch(/^[a-z ]+$/);
});
