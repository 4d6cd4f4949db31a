import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Crowd } from './crowd.js';
import { DEATHS, type Death } from './deaths.js';
import { DoomedHost, mopUp, program } from './doomed-host.js';
import { lives, until } from './support.js';

const NASTY = [
  'ignores-signals.sh',
  'child-in-own-session.sh',
  'daemon.pl',
  'stopped.sh',
  'stopped-group.sh',
  'stopped-in-own-session.sh',
  'closes-all-files.pl',
  'overwrites-environment.pl',
  'overwrites-environment-in-own-group.pl',
  'keeps-re-forking.pl',
  'revives-its-child.pl',
];
/** Beside five hundred others, on a machine that may be busy with more than this test. */
const LIMIT_MS = 3_000;

let crowd: Crowd;
let host: DoomedHost | undefined;
const slowest = new Map<string, number>();

beforeAll(async () => {
  crowd = await Crowd.gather(500);
});
afterEach(() => {
  if (host) mopUp(host);
});
afterAll(() => {
  expect(crowd.pids.filter((pid) => !lives(pid))).toEqual([]);
  crowd.disperse();
  report();
});

/** Resolves with the milliseconds until the programs were gone. */
async function play(death: Death, programs: readonly string[], spawner: 'forker' | 'direct'): Promise<number> {
  host = new DoomedHost({ programs: programs.map(program), spawner });
  await host.ready();
  const doomed = host;
  death.strike(doomed);
  if (!death.hostLives) return (await doomed.gone()).programs;
  const took = await until(`programs of ${doomed.runId} are gone`, () => doomed.remains().length === 0, 10_000);
  doomed.say('stop');
  await doomed.gone();
  return took;
}

describe.each(DEATHS)('after $name', (death) => {
  it.each(NASTY)('nothing is left of %s', async (name) => {
    const took = await play(death, [name], 'forker');
    slowest.set(`${death.name}\t${name}`, took);
    expect(took).toBeLessThan(LIMIT_MS);
  });
});

const WITHOUT_FORKER = DEATHS.filter(({ name }) => !/forker|guardian/.test(name));

describe.each(WITHOUT_FORKER)('without a forker, after $name', (death) => {
  it('nothing is left of any of them', async () => {
    const took = await play(death, NASTY, 'direct');
    slowest.set(`direct: ${death.name}\tall`, took);
    expect(took).toBeLessThan(LIMIT_MS);
  });
});

describe('with programs that are still being started', () => {
  it.each(Array.from({ length: 30 }, (_, i) => i))(
    'nothing is left after a kill at random instant %i',
    async (round) => {
      host = new DoomedHost({ programs: [], spawner: round % 3 === 2 ? 'direct' : 'forker' });
      const doomed = host;
      await doomed.ready();
      doomed.say('churn');
      await until(
        'it started some',
        () => doomed.told.filter(({ started }) => started !== undefined).length > 3 + round,
      );
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      const victims = [[doomed.pid], [doomed.pid, doomed.forker], [doomed.forker, doomed.pid]][round % 3] ?? [];
      for (const pid of victims) if (pid > 0) process.kill(pid, 'SIGKILL');
      const took = await doomed.gone();
      slowest.set(`churn, ${victims.length} killed\tround ${round}`, took.programs);
      expect(took.programs).toBeLessThan(LIMIT_MS);
    },
  );
});

describe('while it starts', () => {
  it.each(Array.from({ length: 20 }, (_, i) => i * 12))(
    'nothing is left of a host that is killed after %i ms',
    async (instant) => {
      host = new DoomedHost({ programs: [program('child-in-own-session.sh'), program('stopped-group.sh')] });
      const doomed = host;
      await new Promise((resolve) => setTimeout(resolve, instant));
      process.kill(doomed.pid, 'SIGKILL');
      await until('the host is dead', () => !lives(doomed.pid));
      await until('its programs, forker and guardian are gone', () => doomed.everything().length === 0, 10_000);
    },
  );
});

/** The slowest clean-up of each cell. */
function report(): void {
  const rows = [...slowest].map(([key, ms]) => ({ key, ms })).sort((a, b) => b.ms - a.ms);
  console.log(rows.map(({ key, ms }) => `${ms.toFixed(0).padStart(6)} ms  ${key}`).join('\n'));
}
