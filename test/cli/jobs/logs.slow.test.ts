import { describe, expect, it } from 'vitest';
import { LiveCommand } from '../espalier.js';
import { hosted, json } from './hosted.js';

const bytes = (stdout: string, stderr = '') => ({
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
  dropped: false,
});

/** A job that runs, and has written something. */
async function running() {
  const host = await hosted();
  await host.serve();
  const id = await host.submit('--method', 'do', '--retries', '1', '{}');
  const claimed = await host.claim();
  await host.store.outputs.append(claimed, bytes('one\ntwo\n', 'oh\n'));
  return { ...host, id, claimed };
}

describe('espalier logs of a job', () => {
  it('prints what its newest attempt wrote, each stream to its own, or one that is named', async () => {
    const { run, id, claimed, finish, claim, store } = await running();
    expect(await run('logs', id)).toMatchObject({ code: 0, stdout: 'one\ntwo\n', stderr: 'oh\n' });
    expect(await run('logs', id, '--tail', '1')).toMatchObject({ code: 0, stdout: 'two\n' });
    await finish({ ...claimed, how: 'lost', error: { code: 'X', message: 'gone' } });
    const second = await claim();
    await store.outputs.append(second, bytes('again\n'));
    expect(await run('logs', id)).toMatchObject({ stdout: 'again\n' });
    expect(await run('logs', id, '--attempt', '1')).toMatchObject({ stdout: 'one\ntwo\n' });
  });

  it('says as JSON how many bytes were written, are kept and are shown', async () => {
    const { run, id } = await running();
    const { code, stdout } = await run('logs', id, '--json', '--tail', '1');
    expect([code, json(stdout)]).toEqual([
      0,
      [
        {
          ...{ of: id, attempt: 1, truncated: false, heldOpen: false },
          stdout: { written: 8, kept: 8, shown: 4, text: 'two\n' },
          stderr: { written: 3, kept: 3, shown: 3, text: 'oh\n' },
        },
      ],
    ]);
  });

  it('follows it from where it was to the end of the job, attempt after attempt', async () => {
    const { file, folder, id, claimed, finish, claim, store } = await running();
    const command = new LiveCommand(folder, ['logs', id, '--follow', '--db', file]);
    await command.prints(/^two$/m);
    await store.outputs.append(claimed, bytes('three\n'));
    await command.prints(/^three$/m);
    await finish({ ...claimed, how: 'lost', error: { code: 'X', message: 'gone' } });
    const second = await claim();
    await store.outputs.append(second, bytes('four\n'));
    await command.prints(/^four$/m);
    await finish({ ...second, how: 'succeeded', result: 1 });
    expect(await command.result).toMatchObject({ code: 0, stdout: 'one\ntwo\nthree\nfour\n' });
  });

  it('refuses what does not go together, and a job that is not there', async () => {
    const { run, id } = await running();
    expect(await run('logs', id, '--json', '--follow')).toMatchObject({ code: 2 });
    expect(await run('logs', '/pool', '--json')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/pool is a path'),
    });
    expect(await run('logs', 'job-zzzz')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no job job-zzzz'),
    });
  });
});
