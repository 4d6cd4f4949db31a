import { describe, expect, it } from 'vitest';
import { BootGate } from '../../../src/actors/call/boot-gate.js';

/** Which of the places are taken, once everything that was settled has been heard. */
async function taken(places: readonly { taken: Promise<void> }[]): Promise<boolean[]> {
  const seen = places.map(() => false);
  places.forEach((place, index) => {
    place.taken.then(
      () => {
        seen[index] = true;
      },
      () => undefined,
    );
  });
  for (let n = 0; n < 5; n += 1) await Promise.resolve();
  return seen;
}

describe('a gate for so many', () => {
  it('lets in so many, and the next in order as others leave', async () => {
    const gate = new BootGate(2);
    const places = Array.from({ length: 4 }, () => gate.enter());
    expect(await taken(places)).toEqual([true, true, false, false]);
    places[1]?.leave();
    places[1]?.leave();
    expect(await taken(places)).toEqual([true, true, true, false]);
  });

  it('forgets whoever leaves before it was let in, and tells it', async () => {
    const gate = new BootGate(1);
    const [first, second, third] = Array.from({ length: 3 }, () => gate.enter());
    second?.leave();
    await expect(second?.taken).rejects.toMatchObject({ code: 'ESP_STOPPED' });
    first?.leave();
    expect(await taken(third ? [third] : [])).toEqual([true]);
  });
});
