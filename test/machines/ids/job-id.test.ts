import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/errors.js';
import { jobContext, jobName, newJobId, parseJobId, slotJobId } from '../../../src/machines/ids/job-id.js';

const HEX = '0123456789abcdef';

function codeOfParsing(text: string): string | undefined {
  try {
    parseJobId(text);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

describe('the id of a job', () => {
  it('says of a slot which one it is, whatever its run is called', () => {
    const run = fc.string({ minLength: 1 });
    const index = fc.nat();
    fc.assert(
      fc.property(run, index, (run, index) => {
        const id = slotJobId(run, index);
        expect(jobName(id)).toEqual({ kind: 'slot', run, index });
        expect(parseJobId(id)).toBe(id);
      }),
    );
  });

  it('says nothing of a job that belongs to no run', () => {
    const id = newJobId(1_700_000_000_000, HEX);
    expect(jobName(id)).toEqual({ kind: 'job' });
    expect(parseJobId(String(id))).toBe(id);
    expect(newJobId(1_700_000_000_001, HEX)).not.toBe(id);
  });

  it.each(['', 'run', 'run:', ':1', 'run:x', 'run:-1', 'run:01', 'run:1.5', 'run:1 ', 'job-', 'job-x-123', '7'])(
    'is not %j: that is an error, and no run',
    (text) => {
      expect(codeOfParsing(text)).toBe('ESP_INVALID');
    },
  );

  it('goes with each event about it, with its run if it has one', () => {
    expect(jobContext(slotJobId('r', 3), 2)).toEqual({ run: 'r', job: 'r:3', attempt: 2 });
    const id = newJobId(1, HEX);
    expect(jobContext(id)).toEqual({ job: id });
  });
});
