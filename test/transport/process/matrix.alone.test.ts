import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { besideCrowd } from './crowd.js';
import { DEATHS, type Death } from './deaths.js';
import { DoomedHost, mopUp, program } from './doomed-host.js';
import { NASTY, RESTLESS } from './nasty.js';
import { lives, until } from './support.js';

let host: DoomedHost | undefined;
/** Milliseconds of each cell of the matrix: program by death. */
const cells = new Map<string, Map<string, number>>();

besideCrowd(500);
afterEach(() => {
  if (host) mopUp(host);
});
afterAll(report);

/** Resolves with the milliseconds until the programs were gone. */
async function play(
  death: Death,
  programs: readonly string[],
  spawner: 'forker' | 'direct',
  zygote = true,
): Promise<number> {
  host = new DoomedHost({ programs: programs.map(program), spawner, zygote });
  const doomed = host;
  await doomed.ready();
  if (death.sparesPrograms) await spare(doomed, death, programs);
  const took = await doomed.struck(() => (death.sparesPrograms ? doomed.say('stop') : death.strike(doomed)));
  if (death.hostLives && !death.sparesPrograms) doomed.say('stop');
  await doomed.gone();
  return took;
}

/** What is not the programs' death must not touch them. */
async function spare(doomed: DoomedHost, death: Death, programs: readonly string[]): Promise<void> {
  const before = doomed.known();
  const guardians = doomed.guardians();
  death.strike(doomed);
  const isNew = (pid: number) => !guardians.includes(pid);
  await until('there is another guardian', () => doomed.guardians().some(isNew), 20_000);
  if (programs.some((name) => RESTLESS.includes(name))) return;
  expect(before.filter((pid) => !lives(pid))).toEqual([]);
}

function note(row: string, column: string, took: number): void {
  const row_ = cells.get(row) ?? new Map<string, number>();
  row_.set(column, Math.max(took, row_.get(column) ?? 0));
  cells.set(row, row_);
}

describe.each(DEATHS)('after $name', (death) => {
  it.each(NASTY)('nothing is left of %s', async (name) => {
    note(name, death.name, await play(death, [name], 'forker'));
  });
});

describe.each(DEATHS.filter(({ name }) => !name.includes('zygote')))('without a zygote, after $name', (death) => {
  it('nothing is left of any of them', async () => {
    note('all of them, by sh', death.name, await play(death, NASTY, 'forker', false));
  });
});

const WITHOUT_FORKER = DEATHS.filter(({ name }) => !/forker|guardian|zygote/.test(name));

describe.each(WITHOUT_FORKER)('without a forker, after $name', (death) => {
  it('nothing is left of any of them', async () => {
    note('all of them, direct', death.name, await play(death, NASTY, 'direct'));
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
        20_000,
      );
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      const victims = [[doomed.pid], [doomed.pid, doomed.forker], [doomed.forker, doomed.pid]][round % 3] ?? [];
      const took = await doomed.struck(() => {
        for (const pid of victims) if (pid > 0) process.kill(pid, 'SIGKILL');
      });
      await doomed.gone();
      note('programs being started', victims.length === 1 ? 'host SIGKILL' : 'host and forker', took);
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
      await until('its programs, forker and guardian are gone', () => doomed.everything().length === 0, 20_000);
    },
  );
});

/** The slowest clean-up of each cell, in milliseconds: a line for each program, a column for each death. */
function report(): void {
  const columns = [...new Set([...cells.values()].flatMap((row) => [...row.keys()]))];
  const letters = columns.map((name, i) => `${String.fromCharCode(97 + i)} ${name}`);
  const head = columns.map((_, i) => String.fromCharCode(97 + i).padStart(5)).join('');
  const lines = [...cells].map(([name, row]) => {
    const figures = columns.map((column) => row.get(column)?.toFixed(0) ?? '');
    return name.padEnd(40) + figures.map((figure) => figure.padStart(5)).join('');
  });
  console.log([letters.join(', '), ''.padEnd(40) + head, ...lines].join('\n'));
}
