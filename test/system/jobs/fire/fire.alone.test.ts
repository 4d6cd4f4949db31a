import { expect, it } from 'vitest';
import { play } from './fire.js';

const SEED = Number(process.env.ESPALIER_SEED ?? 20_261_201);
const WHOLE = { jobs: 10_000, faultsMs: 300_000, boundMs: 180_000 };
const SHORT = { jobs: 600, faultsMs: 25_000, boundMs: 90_000 };

it('each of many jobs is done exactly once while their hosts are killed at random, and no limit is exceeded', {
  timeout: 900_000,
}, async () => {
  const size = process.env.ESPALIER_FULL === undefined ? SHORT : WHOLE;
  const { broken, figures } = await play({ seed: SEED, ...size });
  console.info(`ESPALIER_SEED=${SEED}: ${JSON.stringify(figures)}`);
  expect(broken).toEqual([]);
});
