import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Leftovers } from '../../../src/actors/worker/leftovers.js';
import type { ProcessServices } from '../../../src/actors/worker/process-services.js';
import { proveGone } from '../../../src/actors/worker/prove-gone.js';
import { newSeatProcess, type ProofOfEnd } from '../../../src/actors/worker/seat-driver.js';
import { EspalierError } from '../../../src/errors.js';
import type { NewJournalEvent } from '../../../src/machines/events.js';
import { Capture } from '../../../src/transport/process/capture.js';
import type { SpawnedProcess, SweepReport } from '../../../src/transport/process/contract/spawner.js';

const clean: ProofOfEnd = { clean: true, heldOpen: false };
const dirty: ProofOfEnd = { clean: false, heldOpen: false, reason: 'pid 7 may live' };
const never = () => Promise.reject(new Error('asked again'));

describe('what a starter left', () => {
  it('is nothing where nothing was left', async () => {
    expect(await new Leftovers().cleared('/p/workers/1')).toEqual(clean);
  });

  it('is waited for by the next one of its path, and by no other', async () => {
    const leftovers = new Leftovers();
    let prove: (result: ProofOfEnd) => void = () => undefined;
    leftovers.leave('/a', new Promise((resolve) => (prove = resolve)), never);
    let isCleared = false;
    const cleared = leftovers.cleared('/a').then(() => {
      isCleared = true;
    });
    await leftovers.cleared('/b');
    await new Promise((resolve) => setImmediate(resolve));
    expect(isCleared).toBe(false);
    prove(clean);
    await cleared;
    expect(await leftovers.cleared('/a')).toEqual(clean);
  });

  it('is looked for again by each that would follow, until it is proven gone', async () => {
    const leftovers = new Leftovers();
    const answers = [dirty, clean];
    leftovers.leave('/a', Promise.resolve(dirty), async () => answers.shift() ?? never());
    expect(await leftovers.cleared('/a')).toEqual(dirty);
    expect(await leftovers.cleared('/a')).toEqual(clean);
    expect(await leftovers.cleared('/a')).toEqual(clean);
  });
});

describe('the sweep of an incarnation', () => {
  const swept = async (report: SweepReport, thorough = true, stays?: Error) => {
    const asked: string[] = [];
    const told: NewJournalEvent[] = [];
    const process: Pick<SpawnedProcess, 'spawnId' | 'killGroup' | 'sweep'> = {
      spawnId: 's1',
      killGroup: async () => {
        asked.push('group');
        if (stays) throw stays;
      },
      sweep: async () => {
        asked.push('cookie');
        return report;
      },
    };
    const seatProcess = { ...newSeatProcess(), spawned: Promise.resolve(process as SpawnedProcess) };
    const services = { journal: (event: NewJournalEvent) => void told.push(event) } as ProcessServices;
    return { result: await proveGone(services, seatProcess, null, thorough), asked, told };
  };

  it('ends the group, and looks for the cookie only after a forced end', async () => {
    const report = { killed: [], suspects: [], clean: true };
    expect(await swept(report, false)).toEqual({ result: clean, asked: ['group'], told: [] });
    expect(await swept(report)).toEqual({ result: clean, asked: ['group', 'cookie'], told: [] });
  });

  it('tells what it killed', async () => {
    const { result, told } = await swept({ killed: [7], suspects: [], clean: true });
    expect(result).toEqual(clean);
    expect(told).toEqual([{ type: 'process.swept', data: { spawnId: 's1', killed: [7] } }]);
  });

  it('takes nothing for gone that may be its and cannot be proven so, nor what keeps coming back', async () => {
    const suspect = await swept({ killed: [], suspects: [{ pid: 7, reason: 'no cookie' }], clean: true });
    expect(suspect.result).toEqual({ clean: false, heldOpen: false, reason: 'may still run: 7 (no cookie)' });
    const busy = await swept({ killed: [8], suspects: [], clean: false });
    expect(busy.result).toMatchObject({ clean: false, reason: expect.stringContaining('kept coming back') });
  });

  it('looks for what a group that does not end consists of, and never takes it for gone', async () => {
    const stays = new EspalierError('ESP_QUARANTINED', 'process 7 does not end');
    const nothing = await swept({ killed: [], suspects: [], clean: true }, false, stays);
    expect(nothing.asked).toEqual(['group', 'cookie']);
    expect(nothing.result).toEqual({ clean: false, heldOpen: false, reason: 'process 7 does not end' });
    const named = await swept({ killed: [8], suspects: [{ pid: 7, reason: 'no cookie' }], clean: true }, false, stays);
    expect(named.result.reason).toBe('process 7 does not end; may still run: 7 (no cookie)');
    expect(named.told).toMatchObject([{ type: 'process.swept', data: { killed: [8] } }]);
  });
});

describe('a capture', () => {
  it('has ended when both streams have, also by an error', async () => {
    const capture = new Capture();
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    capture.attach(stdout, stderr);
    stdout.end('x');
    stderr.destroy(new Error('gone'));
    await capture.ended;
    expect(Buffer.from(capture.take().stdout).toString()).toBe('x');
  });
});
