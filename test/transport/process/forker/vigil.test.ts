import { describe, expect, it } from 'vitest';
import { BOOT_PATIENCE, PATIENCE } from '../../../../src/machines/time/patience.js';
import { Vigil } from '../../../../src/transport/process/forker/vigil.js';

/** A vigil whose time passes when it is told to. */
function vigil() {
  const done: string[] = [];
  let tick: (() => void) | null = null;
  let now = 0;
  let stopped = false;
  const watched = new Vigil(
    {
      ask: () => done.push('ask'),
      isStopped: () => stopped,
      wake: () => done.push('wake'),
      giveUp: (silentMs) => done.push(`give up after ${silentMs}`),
    },
    {
      now: () => now,
      setInterval: (run) => {
        tick = run;
        return 'timer';
      },
      clearInterval: () => {
        tick = null;
      },
    },
  );
  const pass = (looks: number) => {
    for (let i = 0; i < looks; i++) {
      now += PATIENCE.everyMs;
      tick?.();
    }
  };
  return { watched, done, pass, stop: () => (stopped = true), runs: () => tick !== null };
}

describe('a vigil over a helper', () => {
  it('asks at every look, and gives up one that does not answer, once', () => {
    const { watched, done, pass, runs } = vigil();
    watched.booted();
    watched.begin();
    pass(40);
    // The first look follows the begin, from which on an answer is awaited.
    expect(done.filter((what) => what === 'ask')).toHaveLength(PATIENCE.giveUpAfter + 1);
    expect(done.at(-1)).toBe('give up after 15000');
    expect(runs()).toBe(false);
  });

  it('waits longer until the helper was loaded', () => {
    const { watched, done, pass } = vigil();
    watched.begin();
    pass(BOOT_PATIENCE.giveUpAfter);
    expect(done.at(-1)).toBe('ask');
    pass(1);
    expect(done.at(-1)).toBe('give up after 20000');
  });

  it('never tires of one that answers', () => {
    const { watched, done, pass } = vigil();
    watched.begin();
    for (let i = 0; i < 100; i++) {
      pass(1);
      watched.answered();
    }
    expect(new Set(done)).toEqual(new Set(['ask']));
  });

  it('wakes one that is stopped', () => {
    const { watched, done, pass, stop } = vigil();
    watched.begin();
    stop();
    pass(3);
    expect(done).toEqual(['ask', 'ask', 'ask', 'wake']);
  });

  it('rests while nothing is awaited, and begins anew', () => {
    const { watched, done, pass, runs } = vigil();
    watched.booted();
    watched.begin();
    pass(10);
    watched.end();
    expect(runs()).toBe(false);
    watched.begin();
    pass(10);
    expect(done).not.toContain('give up after 15000');
  });
});
