import { expect, it } from 'vitest';
import { wordsOf } from '../../../src/transport/process/proc/proc.js';

it('a command line is read into words in time in proportion to it, however many of them are empty', () => {
  expect(wordsOf(Buffer.from('sh\0-c\0\0x\0\0'))).toEqual(['sh', '-c', '', 'x']);
  const startedAt = performance.now();
  expect(wordsOf(Buffer.concat([Buffer.alloc(300_000), Buffer.from('x')]))).toHaveLength(300_001);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
