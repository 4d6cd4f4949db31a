import { describe, expect, it } from 'vitest';
import { Pulses } from '../../../../src/persistence/families/journal/pulse.js';

describe('a watch', () => {
  it('wakes at a pulse, also at one that came before it waited', async () => {
    const pulses = new Pulses(() => undefined);
    const watch = pulses.watch();
    pulses.pulse({ head: 1 });
    await watch.next();
    let woken = false;
    const next = watch.next().then(() => {
      woken = true;
    });
    await Promise.resolve();
    expect(woken).toBe(false);
    pulses.pulse({ head: 1 });
    await next;
  });

  it('wakes at its signal, before and during the wait', async () => {
    const watch = new Pulses(() => undefined).watch();
    await watch.next(AbortSignal.abort());
    const control = new AbortController();
    const next = watch.next(control.signal);
    control.abort();
    await next;
  });

  it('rejects when the pulses end, during the wait and ever after', async () => {
    const pulses = new Pulses(() => undefined);
    const watch = pulses.watch();
    const next = watch.next();
    pulses.end(new Error('the end'));
    await expect(next).rejects.toThrow('the end');
    await expect(watch.next()).rejects.toThrow('the end');
    await expect(pulses.watch().next()).rejects.toThrow('the end');
  });
});

describe('pulses', () => {
  it('say when the first begins to watch and when the last has ended', () => {
    const told: boolean[] = [];
    const pulses = new Pulses((on) => told.push(on));
    const one = pulses.watch();
    const two = pulses.watch();
    one[Symbol.dispose]();
    expect(told).toEqual([true]);
    two[Symbol.dispose]();
    expect(told).toEqual([true, false]);
    pulses.watch();
    expect(told).toEqual([true, false, true]);
  });
});
