import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { listPids, readCommandLine } from '../../../src/transport/process/proc/proc.js';
import { required } from '../../support/required.js';
import { installForeignProgram, startAsNobody } from '../../transport/process/foreign-user.js';
import { line, until } from '../../transport/process/support.js';
import { folder } from '../support/support.js';

const runner = fileURLToPath(new URL('../fixtures/suspect-host.mjs', import.meta.url));

/** A host of nobody, whose pool runs what becomes root; null where that cannot be had. */
function startHost() {
  const store = folder();
  const program = installForeignProgram(store);
  if (program === null) return null;
  const host = startAsNobody([runner, store, program]);
  host.stderr.pipe(process.stderr);
  const copies = () => listPids().filter((pid) => readCommandLine(pid)[0] === program);
  const end = () => {
    for (const pid of copies()) process.kill(pid, 'SIGKILL');
  };
  onTestFinished(() => {
    host.kill('SIGKILL');
    end();
  });
  const answer = async () => JSON.parse(await line(host.stdout));
  const ask = (word: string) => {
    host.stdin.write(`${word}\n`);
    return answer();
  };
  return { program, answer, ask, copies, end };
}

it('a slot of a run whose process cannot be proven gone ends once, is told, and nothing is run in its place', async ({
  skip,
}) => {
  const host = startHost();
  if (host === null) {
    const missing = 'root and cc, for a program that becomes another user,';
    required(missing, false);
    return skip(missing);
  }

  const { run, status, rows, events, seats } = await host.answer();
  expect(status).toBe('completed');
  // Its policy allows three more attempts; none is made beside the first.
  expect(rows).toEqual([
    { index: 0, status: 'timed_out', attempts: 1, error: expect.objectContaining({ code: 'ESP_TIMEOUT' }) },
    { index: 1, status: 'succeeded', attempts: 1 },
  ]);
  const [pid] = host.copies();
  expect(host.copies()).toEqual([pid]);
  const ofFirst = events.filter(({ ctx }: { ctx?: { job?: string } }) => ctx?.job === `${run}:0`);
  expect(ofFirst).toMatchObject([
    { type: 'process.spawned', data: { pid } },
    { type: 'attempt.started' },
    { type: 'process.suspect', data: { pid, reason: expect.stringContaining(`may still run: ${pid} (`) } },
    { type: 'attempt.ended', data: { outcome: 'timed_out' } },
  ]);
  const closed = events.filter(({ type }: { type: string }) => type === 'seat.quarantined');
  expect(closed).toHaveLength(1);
  const [{ path }] = closed;
  expect(Object.entries(seats).sort()).toEqual(
    ['/shell/workers/1', '/shell/workers/2'].map((seat) => [seat, seat === path ? 'quarantined' : 'idle']),
  );

  // The other seat serves; a restart of the pool opens the closed one only once the process is gone.
  expect(await host.ask('exec')).toBe(0);
  expect(await host.ask('restart')).toEqual(seats);
  expect(host.copies()).toEqual([pid]);
  host.end();
  await until('it is gone', () => host.copies().length === 0);
  expect(await host.ask('restart')).toEqual({ '/shell/workers/1': 'idle', '/shell/workers/2': 'idle' });
  expect(await host.ask('exec')).toBe(0);
  expect(await host.ask('stop')).toBe('stopped');
});
