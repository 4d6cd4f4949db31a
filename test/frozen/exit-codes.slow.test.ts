import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { soon } from '../support/soon.js';
import { newFolder, type Played, play, transcript } from './command-line.js';

/** The transcripts of commands, with names in place of what no two rounds have in common. */
function normalised(played: readonly Played[], folder: string): string {
  const runs = new Map<string, string>();
  const text = played.map(transcript).join('\n').replaceAll(folder, '<folder>');
  for (const [, run] of text.matchAll(/^run (\S+)$/gm)) {
    if (run !== undefined && !runs.has(run)) runs.set(run, `<run ${runs.size + 1}>`);
  }
  const named = [...runs].reduce((rest, [run, name]) => rest.replaceAll(`'${run}'`, name).replaceAll(run, name), text);
  return (
    named
      // How far it is, every 10 s.
      .replace(/^\[[#-]{24}\] \d.*\n/gm, '')
      .replace(/"durationMs":\d+\b/g, '"durationMs":<ms>')
      .replace(/^(completed: .* in )[\d.]+ m?s$/gm, '$1<time>')
  );
}

const runOf = ({ stderr }: Played) => /^run (\S+)$/m.exec(stderr)?.[1] ?? '';

it('a run ends with the code that says how it went, and so does one that is continued', async () => {
  const folder = newFolder();
  const exits = ['run', '--shell', '--exec', 'echo {}; exit {}', '--input', '-', '--jobs', '1'];
  const good = await play(folder, exits, '0\n0\n');
  const bad = await play(folder, exits, '0\n3\n');
  const late = await play(folder, ['run', '--exec', 'sleep {}', '--timeout', '2000', '--input', '-'], '0\n60\n');
  const fast = await play(folder, [...exits, '--fail-fast'], '3\n0\n0\n');
  const played = [
    good,
    bad,
    late,
    fast,
    await play(folder, [...exits, '--quiet'], ''),
    await play(folder, ['run', '--exec', 'echo {.a}', '--input', '-'], '{"a":1}\n{"b":1}\n'),
    await play(folder, ['run', '--exec', 'cat {}', '--input', 'missing.txt']),
    await play(folder, ['continue', runOf(good)]),
    await play(folder, ['continue', runOf(good), '--all']),
    await play(folder, ['continue', runOf(bad)]),
    await play(folder, ['continue', runOf(bad), '--retry-failed', '--all']),
    await play(folder, ['continue', 'unknown']),
  ];
  await expect(normalised(played, folder)).toMatchFileSnapshot('cli/exit-codes.txt');
});

it('a run that is interrupted ends with the code that says so, and goes on where it was', async () => {
  const folder = newFolder();
  const script = 'case {} in hold) echo > held; while [ ! -e go ]; do sleep 0.02; done;; esac; echo {}';
  const args = ['run', '--shell', '--exec', script, '--input', '-', '--jobs', '1'];
  const held = (where: string) => vi.waitUntil(() => existsSync(join(where, 'held')), soon);

  const steps = new Map([
    [/^run /, (kill: Kill) => held(folder).then(() => kill('SIGINT'))],
    [/^pausing/m, async () => writeFileSync(join(folder, 'go'), '')],
  ]);
  const paused = await interrupted(folder, args, 'a\nhold\nb\n', steps);
  const continued = await play(folder, ['continue', runOf(paused)]);

  const other = newFolder();
  const stop = new Map([[/^run /, (kill: Kill) => held(other).then(() => kill('SIGTERM'))]]);
  const stopped = await interrupted(other, args, 'a\nhold\nb\n', stop);

  const text = normalised([paused, continued, stopped], folder).replaceAll(other, '<folder>');
  await expect(text).toMatchFileSnapshot('cli/interrupted.txt');
});

type Kill = (signal: NodeJS.Signals) => void;

/** Plays a command to which each step is done once: when standard error matches its pattern. */
async function interrupted(
  folder: string,
  args: readonly string[],
  stdin: string,
  steps: Map<RegExp, (kill: Kill) => Promise<unknown>>,
): Promise<Played> {
  const done: Promise<unknown>[] = [];
  const played = await play(folder, args, stdin, (stderr, kill) => {
    for (const [pattern, step] of steps) {
      if (!pattern.test(stderr)) continue;
      steps.delete(pattern);
      done.push(step(kill));
    }
  });
  await Promise.all(done);
  return played;
}
