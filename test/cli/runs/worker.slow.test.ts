import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { until } from '../../transport/process/support.js';
import { python } from '../../transport/protocol/support/python.js';
import { espalier, LiveCommand, linesFile, newFolder } from '../espalier.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../transport/protocol/fixtures/${name}`, import.meta.url));
const inPython = `'${python}' '${fixture('stuck.py')}'`;
const inNode = `'${process.execPath}' '${fixture('stuck.mjs')}'`;

const rowsOf = (stdout: string): Record<string, unknown>[] =>
  stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

const run = (worker: string, method: string, ...more: string[]) => [
  ...['run', '--worker', worker, '--method', method, '--input', '-', '--jobs', '2'],
  ...more,
];

it.each([inPython, inNode])(
  'calls %s for each line, a JSON argument, and prints a row with its result',
  async (worker) => {
    const folder = newFolder();
    const lines = [40, 20, 0].map((ms) => JSON.stringify({ mark: 'mark', ms }));
    const result = await espalier(folder, run(worker, 'compute'), lines.join('\n'));
    expect(result).toMatchObject({ code: 0 });
    const rows = rowsOf(result.stdout);
    expect(rows.map(({ index, status, input }) => [index, status, JSON.stringify(input)])).toEqual(
      lines.map((line, index) => [index, 'succeeded', line]),
    );
    expect(Object.keys(rows[0] ?? {})).toEqual(['index', 'status', 'input', 'result', 'attempts', 'durationMs']);
  },
);

it('prints the error of a call that rejects, and of one whose worker died', async () => {
  const result = await espalier(newFolder(), run(inPython, 'end', '--on-lost', 'fail'), '{"code":3}\n');
  expect(result.code).toBe(1);
  expect(rowsOf(result.stdout)).toMatchObject([{ status: 'failed', error: { code: 'ESP_WORKER_EXITED' } }]);
  const wrong = await espalier(newFolder(), run(inPython, 'compute'), '{"no":"mark"}\n');
  expect(wrong.code).toBe(1);
  expect(rowsOf(wrong.stdout)).toMatchObject([
    { status: 'failed', attempts: 1, error: { message: expect.any(String) } },
  ]);
});

it.each([
  [['run', '--input', '-'], /--exec CMD, or --worker CMD with --method NAME/],
  [['run', '--worker', 'true', '--input', '-'], /--method NAME/],
  [['run', '--exec', 'true', '--method', 'f', '--input', '-'], /--method goes with --worker/],
  [['run', '--exec', 'true', '--worker', 'true', '--method', 'f', '--input', '-'], /exclude each other/],
  [run('no-such-program-here', 'f'), /no-such-program-here/],
  [run(inNode, 'compute'), /standard input: line 2: is no JSON argument/],
])('refuses %j and starts nothing', async (args, why) => {
  const result = await espalier(newFolder(), args, '{}\nnot json\n');
  expect([result.code, result.stdout]).toEqual([2, '']);
  expect(result.stderr).toMatch(why);
});

it('refuses a method that the worker does not have, and a worker that does not boot', async () => {
  const missing = await espalier(newFolder(), run(inNode, 'nonesuch'), '{}\n');
  expect(missing).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/no method nonesuch: it has pid/),
  });
  const broken = await espalier(newFolder(), run("sh -c 'echo broken >&2; exit 4'", 'f'), '{}\n');
  expect(broken).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/broken/) });
});

it('why and show speak of calls and workers: of one that failed, of one that was lost, and of one that runs', async () => {
  const folder = newFolder();
  const lines = [
    '{"mark":"a","behaviour":"broken"}',
    '{"mark":"b","behaviour":"quick"}',
    '{"mark":"c","behaviour":"held"}',
  ];
  const input = linesFile(folder, lines);
  const host = new LiveCommand(folder, [
    ...['run', '--worker', inPython, '--method', 'work', '--input', input, '--jobs', '3', '--on-lost', 'fail'],
  ]);
  const id = await host.runId();
  await until('the last one runs', () => existsSync(join(folder, 'c')), 30_000);
  const pid = Number(readFileSync(join(folder, 'c'), 'utf8'));
  const why = async (index: number) => (await espalier(folder, ['why', `${id}:${index}`])).stdout;
  await vi.waitFor(
    async () => expect(await why(0)).toMatch(/^The call of work for slot \S+ failed: it does not work /),
    30_000,
  );
  expect(await why(1)).toMatch(/^Slot \S+ succeeded/);
  const running = await why(2);
  expect(running).toMatch(
    new RegExp(
      `still running for .*, in attempt 1, without a time limit: /worker/workers/\\d+/worker \\(pid ${pid}\\) has its call of work`,
    ),
  );
  expect((await espalier(folder, ['show', id])).stdout).toMatch(/^settings +calls work, 3 at once/m);
  process.kill(pid, 'SIGKILL');
  await host.result;
  const lost = await why(2);
  expect(lost).toMatch(/^Slot \S+ failed because its worker ended while it had its call/);
  expect(lost).toMatch(/ended while it had the call \(killed by SIGKILL\)/);
  for (const told of [await why(0), await why(1), running, lost])
    expect(told).not.toMatch(/program|process|exit code/i);
  const events = (await espalier(folder, ['events', '--json'])).stdout;
  expect(events.split('\n').filter((line) => line.includes('"attempt.started"'))).toHaveLength(3);
});

it('goes on after its host was killed: every row once, in order, by the worker of before', async () => {
  const folder = newFolder();
  const slots = 40;
  const lines = Array.from({ length: slots }, () => JSON.stringify({ mark: 'mark', ms: 30 }));
  const input = linesFile(folder, lines);
  let host = new LiveCommand(folder, [
    'run',
    '--worker',
    inPython,
    '--method',
    'compute',
    '--input',
    input,
    '--jobs',
    '2',
  ]);
  const id = await host.runId();
  for (const lifeMs of [100, 400, 250]) {
    await Promise.race([host.result, host.prints(/\n/).catch(() => undefined)]);
    await wait(lifeMs);
    host.child.kill('SIGKILL');
    await host.result;
    host = new LiveCommand(folder, ['continue', id]);
  }
  expect(await host.result).toMatchObject({ code: 0 });
  const { stdout } = await espalier(folder, ['continue', id, '--all', '--quiet']);
  const rows = rowsOf(stdout);
  expect(rows.map(({ index, status }) => [index, status])).toEqual(lines.map((_, index) => [index, 'succeeded']));
}, 120_000);

it('continues nothing with a worker that no longer has the method, and goes on once it has it again', async () => {
  const folder = newFolder();
  const become = (worker: string) => writeFileSync(join(folder, 'worker.sh'), `exec ${worker}\n`);
  become(inNode);
  const input = linesFile(
    folder,
    [1, 2, 3].map((code) => JSON.stringify({ mark: `mark-${code}` })),
  );
  const host = new LiveCommand(folder, [
    ...['run', '--worker', 'sh worker.sh', '--method', 'held', '--input', input, '--jobs', '1'],
  ]);
  const id = await host.runId();
  host.child.kill('SIGKILL');
  await host.result;
  become(`'${process.execPath}' '${fixture('methods.mjs')}'`);
  const refused = await espalier(folder, ['continue', id]);
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/no method held/) });
  become(inNode);
  for (const code of [1, 2, 3]) writeFileSync(join(folder, `mark-${code}.go`), '');
  const rows = rowsOf((await espalier(folder, ['continue', id, '--all'])).stdout);
  expect(rows.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});
