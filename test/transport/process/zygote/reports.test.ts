import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { launchFrame } from '../../../../src/transport/process/zygote/orders.js';
import { ReportReader } from '../../../../src/transport/process/zygote/reports.js';

function record(type: string, id: number, first: number, second: number, ticks: number): Buffer {
  const bytes = Buffer.alloc(21);
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32LE(id, 1);
  bytes.writeInt32LE(first, 5);
  bytes.writeInt32LE(second, 9);
  bytes.writeBigUInt64LE(BigInt(ticks), 13);
  return bytes;
}

describe('the reports of the zygote', () => {
  it('mean the same however the bytes arrive', () => {
    const stream = Buffer.concat([
      record('S', 7, 1234, 0, 99),
      record('F', 8, 2, 5, 0),
      record('X', 7, 3, 0, 120),
      record('X', 9, -1, 9, 121),
      record('W', 7, 0, 0, 122),
    ]);
    const expected = [
      { t: 'started', id: 7, pid: 1234, startTicks: 99 },
      { t: 'failed', id: 8, errno: 2, stage: 'exec' },
      { t: 'exited', id: 7, code: 3, signal: null, at: 120 },
      { t: 'exited', id: 9, code: null, signal: 9, at: 121 },
      { t: 'unwatched', id: 7, at: 122 },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
        const reader = new ReportReader();
        const bounds = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const reports = bounds.slice(1).flatMap((end, i) => reader.read(stream.subarray(bounds[i], end)));
        expect(reports).toEqual(expected);
      }),
    );
  });

  it('are refused when they are none', () => {
    expect(() => new ReportReader().read(record('?', 1, 0, 0, 0))).toThrow(/nothing known/);
  });
});

describe('an order to the zygote', () => {
  it('says how long it is, so that no byte in it can pass for another order', () => {
    const order = {
      cwd: '/w',
      stdin: '',
      stdout: '/o',
      stderr: '/e',
      socket: '',
      token: '',
      label: 'l',
      cookie: 'c',
      command: ['/bin/x', 'ä\n'],
      env: { A: '1' },
    };
    const frame = launchFrame(5, order);
    expect(frame.readUInt32LE(0)).toBe(frame.length - 4);
    expect(frame.subarray(9).toString('utf8')).toBe('/w\0\0/o\0/e\0\0\0l\0c\x002\x001\0/bin/x\0ä\n\0A=1\0');
  });
});
