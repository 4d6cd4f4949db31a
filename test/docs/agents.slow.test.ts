import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { espalierHere, newFolder } from '../cli/espalier.js';
import { root } from './project.js';

it('the night of agents has every task accounted for in the morning, and a second start does nothing twice', async () => {
  const folder = newFolder();
  const db = join(folder, 'night.db');
  const agents = join(folder, 'agents');
  const night = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(root, 'examples/agents/night.js'), '--db', db, ...args],
      {
        ...{ cwd: folder, encoding: 'utf8', env: { ...process.env, AGENTS_FOLDER: agents } },
      },
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout.trim().split('\n').slice(1);
  };
  const morning = night();
  expect(
    morning.map((line) =>
      line
        .split(/\s{2,}/)
        .slice(0, 3)
        .join(', '),
    ),
  ).toEqual([
    'succeeded, 1 attempt, write the tests of the parser',
    'succeeded, 2 attempts, explain the flaky build',
    'waiting, 1 attempt, find out whether we may drop the old table',
    'failed, 2 attempts, do what is impossible',
    'succeeded, 1 attempt, tidy the changelog',
  ]);
  const [, command = ''] = /asks ".*": espalier (.*)$/.exec(morning[2] ?? '') ?? [];
  expect(await espalierHere(folder, [...command.split(' '), '--db', db])).toMatchObject({ code: 0 });
  const noon = night('--until-done');
  expect(noon[2]).toContain('succeeded  2 attempts');
  expect(noon.filter((_, index) => index !== 2)).toEqual(morning.filter((_, index) => index !== 2));
  // What succeeded has left nothing; what failed keeps what it had.
  const failed = await espalierHere(folder, ['jobs', '--state', 'failed', '--json', '--db', db]);
  expect(readdirSync(agents)).toEqual([JSON.parse(failed.stdout).jobId]);
});
