import { expect, it } from 'vitest';
import { surviveKills } from './sigkill.js';

// Another run, other instants: the seed is printed, and ESPALIER_SEED plays one again.
const seed = Number(process.env.ESPALIER_SEED ?? Date.now() % 1_000_000);

it(`commits each of 1000 slots once and in order through 20 deaths of its host (seed ${seed})`, async () => {
  const report = await surviveKills({ slots: 1000, kills: 20, jobs: 4, longestLifeMs: 1500, seed });
  console.log(JSON.stringify({ seed, ...report }));
  expect(report.reruns).toBeLessThanOrEqual(report.inFlight);
  // At work, claimed ahead at the most, and ended but not yet on disk.
  expect(report.inFlight).toBeLessThanOrEqual(report.killed * (4 + 8 + 4));
});
