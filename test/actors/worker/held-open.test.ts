import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from 'xstate';
import { proveGone } from '../../../src/actors/worker/prove-gone.js';
import { newSeatProcess } from '../../../src/actors/worker/seat-driver.js';
import { Capture } from '../../../src/transport/process/capture.js';
import type { SpawnedProcess } from '../../../src/transport/process/contract/spawner.js';

const identity = { bootId: 'boot', pidNamespace: 'pid:[1]', pid: 4_000_000, startTicks: 77 };

/** A program that has ended, whose streams nobody has looked at yet. */
function ended(stdout: PassThrough, stderr: PassThrough): SpawnedProcess {
  return {
    spawnId: 's',
    identity,
    generation: 1,
    stdout,
    stderr,
    port: null,
    exited: Promise.resolve({ code: 0, signal: null }),
    signal: () => undefined,
    killGroup: () => Promise.resolve(),
    sweep: () => Promise.resolve({ killed: [], suspects: [], clean: true }),
  };
}

function sweep() {
  const clock = new SimulatedClock();
  const [stdout, stderr, streams] = [new PassThrough(), new PassThrough(), new Capture()];
  streams.attach(stdout, stderr);
  const seatProcess = { ...newSeatProcess(), spawned: Promise.resolve(ended(stdout, stderr)) };
  const swept = proveGone({ clock, journal: () => undefined }, seatProcess, streams, false);
  return { clock, stdout, stderr, streams, swept };
}

/** Lets the sweep come to where it waits for the streams. */
const settle = async () => {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('streams that are open when their time is over', () => {
  it('are read to what has come already: a host that was held up may not have looked at them', async () => {
    const { clock, stdout, stderr, streams, swept } = sweep();
    await settle();
    clock.increment(250);
    setImmediate(() => {
      stdout.end('said');
      stderr.end();
    });
    expect(await swept).toEqual({ clean: true, heldOpen: false });
    expect(Buffer.from(streams.take().stdout).toString()).toBe('said');
  });

  it('are let go, and said to be held open', async () => {
    const { clock, stdout, swept } = sweep();
    await settle();
    clock.increment(250);
    expect(await swept).toEqual({ clean: true, heldOpen: true });
    expect(stdout.destroyed).toBe(true);
  });
});
