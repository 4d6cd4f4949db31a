import { describe, expect, it } from 'vitest';
import { registeredCommand } from '../../../src/machines/process/process.js';

describe('a command is registered', () => {
  it('as it is', () => {
    expect(registeredCommand(['wc', '-w', '', 'a b.txt'])).toEqual(['wc', '-w', '', 'a b.txt']);
  });

  it('up to a limit, however long or many its words', () => {
    expect(registeredCommand(['echo', 'x'.repeat(10_000), 'b'])).toEqual(['echo', `${'x'.repeat(4091)}…`, '…']);
    const many = registeredCommand(Array.from({ length: 100_000 }, () => ''));
    expect([many.length, many.at(-1)]).toEqual([4097, '…']);
  });
});
