import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { required } from '../support/required.js';
import { LiveCommand, main, newFolder, rowsOf, shell } from './espalier.js';

/** Runs what follows as a user who owns nothing. */
const AS_NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
const [program = '', ...words] = [...AS_NOBODY, process.execPath, main, 'version'];
const present = required('another user who may read this repository', spawnSync(program, words).status === 0);

const nobody = `nobody() { ${AS_NOBODY.join(' ')} "$NODE" "$MAIN" "$@"; };`;

/** Lets everybody read a store, and nobody but its owner write it. */
function share(folder: string): void {
  const own = join(folder, '.espalier');
  for (const path of [folder, own]) chmodSync(path, 0o755);
  for (const name of readdirSync(own)) if (name.includes('.db')) chmodSync(join(own, name), 0o644);
}

const LISTINGS = ['runs', 'rows RUN', 'show RUN', 'logs RUN:0', 'events', 'tree', 'ps', 'why RUN', 'janitor --dry-run'];

describe.skipIf(!present)("another user's store that one may read and not write", () => {
  it('is read by every listing when its host has ended in order, and nothing is made beside it', async () => {
    const folder = newFolder();
    const { stderr } = await shell(folder, `printf 'a\\nb\\n' | espalier run --exec 'echo {}' --input -`);
    const run = /^run (\S+)/.exec(stderr)?.[1] ?? '';
    share(folder);
    const before = readdirSync(join(folder, '.espalier'));
    for (const listing of LISTINGS) {
      const { code, stderr } = await shell(folder, `${nobody} nobody ${listing.replace('RUN', run)}`);
      // Only that no living host masks its secrets is said.
      expect([listing, code, stderr]).toEqual([listing, 0, expect.not.stringContaining('espalier:')]);
    }
    const { stdout } = await shell(folder, `${nobody} nobody rows ${run} --json`);
    expect(rowsOf(stdout)).toHaveLength(2);
    expect(readdirSync(join(folder, '.espalier'))).toEqual(before);
  });

  it('is read as it is written while its host lives, and when that was killed', async () => {
    const folder = newFolder();
    const script = 'case {} in hold) sleep 600;; *) echo {};; esac';
    const host = new LiveCommand(
      folder,
      ['run', '--shell', '--exec', script, '--input', '-', '--jobs', '1'],
      'a\nb\nc\nd\ne\nhold\n',
    );
    const run = await host.runId();
    await host.prints(/"index":4/);
    share(folder);
    const rows = async () => rowsOf((await shell(folder, `${nobody} nobody rows ${run} --json`)).stdout).length;
    expect(await rows()).toBe(5);
    const tree = await shell(folder, `${nobody} nobody tree`);
    expect(tree).toMatchObject({ code: 0, stdout: expect.stringContaining('lives, but belongs to another user') });
    host.child.kill('SIGKILL');
    await host.result;
    expect(await rows()).toBe(5);
  });

  it('is not read where its log may not be: that is said', async () => {
    const folder = newFolder();
    const host = new LiveCommand(folder, ['run', '--exec', 'sleep 600', '--input', '-', '--jobs', '1'], 'a\n');
    await host.runId();
    share(folder);
    chmodSync(join(folder, '.espalier', 'espalier.db-wal'), 0o600);
    const { code, stdout, stderr } = await shell(folder, `${nobody} nobody events`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/cannot be opened: check permissions|access was refused/);
  });
});
