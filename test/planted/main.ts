import { spawnSync } from 'node:child_process';
import type { Fault } from './fault.js';
import { faults } from './faults/faults.js';
import { Plot, root } from './plot.js';

export interface Wanted {
  /** What their names contain; all of them without. */
  readonly names: readonly string[];
  /** No further one is planted after so long; null: all are. */
  readonly seconds: number | null;
  /** Only says what there is. */
  readonly list: boolean;
}

/** Plants the errors that are wanted, says of each what became of it, and answers whether every one was noticed. */
export async function main({ names, seconds, list }: Wanted): Promise<boolean> {
  const fits = (what: string) => names.length === 0 || names.some((name) => what.includes(name));
  const wanted = Object.entries(faults).filter(([what]) => fits(what));
  if (wanted.length === 0) throw new Error(`no planted error is called ${names.join(' or ')}; --list names them`);
  if (list) {
    for (const [what, { file, test }] of wanted) say(`${what}\n    ${file}; noticed by ${test[0]}`);
    return true;
  }
  const plot = new Plot();
  try {
    return await play(plot, wanted, seconds);
  } finally {
    plot.remove();
  }
}

async function play(plot: Plot, wanted: readonly [string, Fault][], seconds: number | null): Promise<boolean> {
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const missed: string[] = [];
  let played = 0;
  for (const [what, fault] of inTurn(wanted, seconds)) {
    if (seconds !== null && elapsed() > seconds) break;
    const before = elapsed();
    const outcome = await plot.play(fault);
    played += 1;
    say(`${outcome === 'noticed' ? 'noticed' : 'MISSED '} ${what} (${(elapsed() - before).toFixed(1)} s)`);
    if (outcome === 'noticed') continue;
    say(outcome);
    missed.push(what);
  }
  say(`${played - missed.length} of ${played} were noticed, of ${wanted.length} that there are`);
  return missed.length === 0;
}

/** Where not all are played, the commit says which comes first. */
function inTurn<T>(all: readonly T[], seconds: number | null): readonly T[] {
  if (seconds === null) return all;
  const { stdout } = spawnSync('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const commit = Number.parseInt(stdout, 16);
  const first = (Number.isNaN(commit) ? Date.now() : commit) % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
