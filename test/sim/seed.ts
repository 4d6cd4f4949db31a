import { spawnSync } from 'node:child_process';

/** Where random worlds begin: by the commit, so that all come by turns, unless ESPALIER_SEED says it. */
export function seedOfCommit(): number {
  const { ESPALIER_SEED } = process.env;
  if (ESPALIER_SEED !== undefined) return Number(ESPALIER_SEED);
  const { stdout } = spawnSync('git', ['rev-parse', '--short=8', 'HEAD'], { encoding: 'utf8' });
  const commit = Number.parseInt(stdout, 16);
  return Number.isNaN(commit) ? Date.now() % 1_000_000_000 : commit;
}
