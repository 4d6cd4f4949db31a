import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readStat } from '../../src/transport/process/proc.js';
import { isAlive } from '../../src/transport/process/stat.js';
import { Crowd } from './crowd.js';
import { DoomedHost, fixture, mopUp, program } from './doomed-host.js';
import { lives, newRunId } from './support.js';

/** A busy machine makes every single try slow, and no single try quick: the best of several shows what the code takes. */
const TRIES = 7;

/**
 * What fails here is broken, not slow: the promise is 50 ms (200 ms for what keeps re-forking) on a machine that is not
 * at other work, and the figures are printed to be compared with it.
 */
const BROKEN_MS = 1000;

let crowd: Crowd;
let host: DoomedHost | undefined;
beforeAll(async () => {
  crowd = await Crowd.gather(500);
});
afterEach(() => {
  if (host) mopUp(host);
});
afterAll(() => {
  expect(crowd.pids.filter((pid) => !lives(pid))).toEqual([]);
  crowd.disperse();
});

/** Milliseconds from the kill until the last of the programs was gone. */
async function timeOfDeath(
  programs: readonly string[],
  victims: (doomed: DoomedHost) => readonly number[],
): Promise<number> {
  host = new DoomedHost({ programs: programs.map(program) });
  const doomed = host;
  await doomed.ready();
  const pids = [...doomed.remains()];
  const began = performance.now();
  for (const pid of victims(doomed)) process.kill(pid, 'SIGKILL');
  // Looks at one that still lives until it does not, so that looking costs next to nothing.
  for (const pid of pids) {
    for (let stat = readStat(pid); stat !== null && isAlive(stat); stat = readStat(pid)) {
      await new Promise((resolve) => setTimeout(resolve, 0.5));
    }
  }
  const took = performance.now() - began;
  await doomed.gone();
  return took;
}

async function best(what: string, attempt: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TRIES; i++) times.push(await attempt());
  console.log(`${what}: ${times.map((ms) => ms.toFixed(0)).join(' ')} ms`);
  return Math.min(...times);
}

const CROWDED = Array.from({ length: 21 }, () => 'crowded.pl');

describe('beside five hundred other processes', () => {
  it('63 processes of a killed host are gone at once', async () => {
    expect(await best('host', () => timeOfDeath(CROWDED, (doomed) => [doomed.pid]))).toBeLessThan(BROKEN_MS);
  });

  it('63 processes of a killed host and forker are gone at once', async () => {
    const both = (doomed: DoomedHost) => [doomed.pid, doomed.forker];
    expect(await best('host and forker', () => timeOfDeath(CROWDED, both))).toBeLessThan(BROKEN_MS);
  });

  it('one that keeps re-forking into new sessions is gone at once', async () => {
    const attempt = async () => {
      host = new DoomedHost({ programs: [program('keeps-re-forking.pl')] });
      await host.ready();
      process.kill(host.pid, 'SIGKILL');
      return (await host.gone()).programs;
    };
    expect(await best('re-forking', attempt)).toBeLessThan(BROKEN_MS);
  });
});

describe('a host of a gigabyte', () => {
  const cost = async (kind: 'forker' | 'direct', megabytes: number) => {
    const built = new URL('../../dist/', import.meta.url).href;
    const words = [fixture('large-host.mjs'), built, newRunId(), kind, String(megabytes), '30'];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    return JSON.parse(stdout) as { median: number; longest: number };
  };

  it('spends no more on a spawn than a small one', async () => {
    const [small, large, direct] = [await cost('forker', 1), await cost('forker', 1024), await cost('direct', 1024)];
    console.log('processor time per spawn, ms:', JSON.stringify({ small, large, direct }));
    expect(large.median).toBeLessThan(5);
    expect(large.median).toBeLessThan(direct.median / 3);
  });
});
