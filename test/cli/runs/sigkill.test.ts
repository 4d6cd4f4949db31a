import { expect, it } from 'vitest';
import { surviveKills } from './sigkill.js';

it('loses nothing and commits nothing twice when its host is killed a few times', async () => {
  const report = await surviveKills({ slots: 100, kills: 3, jobs: 4, longestLifeMs: 400, seed: 20_261_120 });
  expect(report.killed).toBeGreaterThan(0);
  expect(report.reruns).toBeLessThanOrEqual(report.inFlight);
});
