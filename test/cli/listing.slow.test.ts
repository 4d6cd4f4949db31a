import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { espalier, espalierHere, LiveCommand, newFolder, rowsOf } from './espalier.js';

const json = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('listings of a store', () => {
  async function finished(): Promise<{ folder: string; id: string; stdout: string }> {
    const folder = newFolder();
    const args = [
      'run',
      '--shell',
      '--exec',
      'printf "out %s\\nmore\\n" {}; echo err >&2; test {} = a',
      '--input',
      '-',
      '--name',
      'my label',
    ];
    const { stdout, stderr } = await espalier(folder, args, 'a\nb\n');
    return { folder, id: /^run (\S+)/.exec(stderr)?.[1] ?? '', stdout };
  }

  it('runs and show name the run, its label and its counts', async () => {
    const { folder, id } = await finished();
    const [record] = json((await espalierHere(folder, ['runs', '--json'])).stdout);
    expect(record).toMatchObject({
      run: id,
      name: 'my label',
      status: 'completed',
      total: 2,
      counts: { succeeded: 1, failed: 1 },
    });
    const [shown] = json((await espalierHere(folder, ['show', id, '--json'])).stdout);
    expect(shown).toMatchObject({
      run: id,
      origin: { cwd: folder, kind: 'exec' },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await espalierHere(folder, ['runs'])).stdout).toMatch(
      new RegExp(`^RUN.*\n${id}  completed +2   2 +1 .*my label\n$`),
    );
    expect((await espalierHere(folder, ['show', id])).stdout).toMatch(/committed {2}2 of 2: 1 succeeded, 1 failed\n/);
  });

  it('rows repeats what run printed', async () => {
    const { folder, id, stdout } = await finished();
    expect((await espalierHere(folder, ['rows', id, '--json'])).stdout).toBe(stdout);
    expect((await espalierHere(folder, ['rows', id])).stdout).toMatch(
      /^ +0 {2}succeeded .* {2}a {2}out a\n +1 {2}failed/,
    );
  });

  it('logs gives each stream back to its own', async () => {
    const { folder, id } = await finished();
    expect(await espalierHere(folder, ['logs', `${id}:1`])).toMatchObject({
      code: 0,
      stdout: 'out b\nmore\n',
      stderr: 'err\n',
    });
    expect(await espalierHere(folder, ['logs', `${id}:1`, '--tail', '1'])).toMatchObject({ stdout: 'more\n' });
    expect(await espalierHere(folder, ['logs', `${id}:2`])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no slot 2'),
    });
    expect(await espalierHere(folder, ['logs', id])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RUN:INDEX'),
    });
  });

  it('events are in order, after a cursor, of a type', async () => {
    const { folder, id } = await finished();
    const events = json((await espalierHere(folder, ['events', '--json'])).stdout);
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['host.started', 'run.started', 'process.spawned', 'run.completed', 'host.ended']),
    );
    const committed = json((await espalierHere(folder, ['events', '--json', '--type', 'slot.committed'])).stdout);
    expect(committed.map(({ data }) => [data.run, data.index])).toEqual([
      [id, 0],
      [id, 1],
    ]);
    const later = json((await espalierHere(folder, ['events', '--json', '--after', String(seqs[2])])).stdout);
    expect(later.map(({ seq }) => seq)).toEqual(seqs.slice(3));
  });

  it('ps is empty when all is over', async () => {
    const { folder } = await finished();
    expect(await espalierHere(folder, ['ps', '--json'])).toMatchObject({ code: 0, stdout: '' });
    expect((await espalierHere(folder, ['ps'])).stdout).toMatch(/^PID/);
  });
});

describe('a living host is seen from outside', () => {
  it('with its tree, its processes, and the output of a slot as it comes', async () => {
    const folder = newFolder();
    const script = 'echo first; while [ ! -e go ]; do sleep 0.02; done; echo last; : {}';
    const run = new LiveCommand(folder, ['run', '--shell', '--exec', script, '--input', '-', '--jobs', '1'], 'a\n');
    const id = await run.runId();
    const logs = new LiveCommand(folder, ['logs', `${id}:0`, '--follow']);
    await logs.prints(/first\n/);
    const processes = json((await espalierHere(folder, ['ps', '--json'])).stdout);
    expect(processes).toMatchObject([
      { state: 'live', attempt: 1, command: [expect.any(String), '-c', expect.any(String), 'sh', 'a'] },
    ]);
    const tree = (await espalierHere(folder, ['tree'])).stdout;
    expect(tree).toMatch(/exec +pool/);
    const events = new LiveCommand(folder, ['events', '--follow', '--json', '--type', 'run.completed']);
    writeFileSync(join(folder, 'go'), '');
    expect((await run.result).code).toBe(0);
    expect(await logs.result).toMatchObject({ code: 0, stdout: 'first\nlast\n' });
    await events.prints(/run\.completed/);
    events.child.kill('SIGINT');
    await events.result;
    expect(rowsOf((await run.result).stdout)).toHaveLength(1);
  });
});

describe('the janitor', () => {
  it('ends what a dead host left, only looks in a dry run, and lets the living be', async () => {
    const folder = newFolder();
    const script = 'echo begun; while [ ! -e go ]; do sleep 0.02; done; : {}';
    const start = () =>
      new LiveCommand(folder, ['run', '--shell', '--exec', script, '--input', '-', '--jobs', '1'], 'a\n');
    const [dead, living] = [start(), start()];
    const ids = [await dead.runId(), await living.runId()];
    // A host that dies before its slot has begun leaves no registration for the janitor to find.
    for (const id of ids) await new LiveCommand(folder, ['logs', `${id}:0`, '--follow']).prints(/begun\n/);
    dead.child.kill('SIGKILL');
    await dead.result;

    const look = async (...options: string[]) => {
      const hosts = json((await espalier(folder, ['janitor', '--json', ...options])).stdout);
      expect(new Set(hosts.map(({ runId }) => runId)).size).toBe(hosts.length);
      expect(hosts.map(({ registrations }) => registrations.length)).toEqual(hosts.map(({ verdict }) => +verdict.dead));
      return hosts.map(({ verdict }) => verdict.dead);
    };
    expect((await look('--dry-run')).sort()).toEqual([false, true]);
    expect((await look('--dry-run')).sort()).toEqual([false, true]);
    expect((await look()).filter(Boolean)).toEqual([true]);
    expect((await look()).filter(Boolean)).toEqual([]);

    const runs = json((await espalierHere(folder, ['runs', '--json'])).stdout);
    const statuses = new Map(runs.map(({ run, status }) => [run, status]));
    expect(ids.map((id) => statuses.get(id))).toEqual(['interrupted', 'running']);
    writeFileSync(join(folder, 'go'), '');
    expect((await living.result).code).toBe(0);
  });
});
