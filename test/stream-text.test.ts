import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownTexts, streamBytes, streamTexts, toWholeCharacter } from '../src/stream-text.js';

const none = new Uint8Array();
const bytes = (...values: readonly number[]) => Uint8Array.from(values);

describe('what a program wrote', () => {
  it('is text when it is UTF-8, a byte order mark and NUL too', () => {
    expect(streamTexts({ stdout: Buffer.from('\uFEFFé🌱\0'), stderr: none })).toEqual({
      stdout: '\uFEFFé🌱\0',
      stderr: '',
    });
  });

  it('is in base64 and marked when it is not, each stream by itself', () => {
    const latin = Buffer.from('café\n', 'latin1');
    expect(streamTexts({ stdout: latin, stderr: Buffer.from('ok') })).toEqual({
      stdout: latin.toString('base64'),
      stderr: 'ok',
      encoding: { stdout: 'base64' },
    });
    // A surrogate, an overlong slash, half a character.
    for (const stderr of [bytes(0xed, 0xa0, 0x80), bytes(0xc0, 0xaf), bytes(0xe2, 0x82)]) {
      expect(streamTexts({ stdout: none, stderr }).encoding).toEqual({ stderr: 'base64' });
    }
  });

  it('gives back every byte, whatever it was', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ unit: 'grapheme' }), (stdout, text) => {
        const texts = streamTexts({ stdout, stderr: Buffer.from(text) });
        expect(Uint8Array.from(streamBytes(texts, 'stdout'))).toEqual(stdout);
        expect(streamBytes(texts, 'stderr').toString()).toBe(text);
      }),
    );
  });

  it('is shown with U+FFFD for what is no text, and says where; half a character at the end may still be completed', () => {
    const shown = (stdout: Uint8Array) => shownTexts(streamTexts({ stdout, stderr: Buffer.from('fine') }));
    expect(shown(bytes(0x61, 0xff, 0x62))).toEqual({ stdout: 'a\uFFFDb', stderr: 'fine', altered: ['stdout'] });
    expect(shown(bytes(0x61, 0xe2, 0x82))).toEqual({ stdout: 'a', stderr: 'fine' });
  });

  it.each(['é', '€', '🌱'])('ends with a whole character, wherever %s is cut', (character) => {
    const whole = Buffer.from(`a${character}`);
    for (let length = 1; length <= whole.length; length += 1) {
      const expected = length === whole.length ? `a${character}` : 'a';
      expect(Buffer.from(toWholeCharacter(whole.subarray(0, length))).toString()).toBe(expected);
    }
  });

  it('keeps an end that is no beginning of a character', () => {
    for (const end of [bytes(0x61, 0x80), bytes(0x80, 0x80, 0x80, 0x80), bytes(0xff), none]) {
      const kept = toWholeCharacter(end);
      expect(kept.length).toBe(end[0] === 0xff ? 0 : end.length);
    }
  });
});
