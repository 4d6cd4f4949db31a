import { describe, expect, it } from 'vitest';
import { firstOf, fromWholeCharacter, lastOf } from '../../../src/machines/text/text-cut.js';

describe('a cut goes through no character', () => {
  it('of two code units, from either end', () => {
    const text = 'a😀b😀';
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((limit) => firstOf(text, limit))).toEqual([
      '',
      'a',
      'a',
      'a😀',
      'a😀b',
      'a😀b',
      text,
      text,
    ]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((limit) => lastOf(text, limit))).toEqual([
      '',
      '',
      '😀',
      'b😀',
      'b😀',
      '😀b😀',
      text,
      text,
    ]);
  });

  it('and leaves halves alone that were there before', () => {
    expect([lastOf('a\ude00', 1), firstOf('\ud83da', 1)]).toEqual(['\ude00', '\ud83d']);
  });

  it.each(['é', '€', '😀'])('of several bytes, wherever it is cut: %s', (character) => {
    const bytes = Buffer.from(`${character}next`);
    for (let cut = 1; cut <= Buffer.byteLength(character); cut += 1) {
      expect(Buffer.from(fromWholeCharacter(bytes.subarray(cut))).toString()).toBe('next');
    }
    expect(Buffer.from(fromWholeCharacter(bytes)).toString()).toBe(`${character}next`);
  });

  it('and takes no more away of what is no character at all', () => {
    expect([...fromWholeCharacter(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x61))]).toEqual([0x80, 0x61]);
  });
});
