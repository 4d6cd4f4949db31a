import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Stdio, stdioRule } from '../../src/actors/worker/stdio.js';
import { EspalierError } from '../../src/errors.js';
import { ProcessLogs } from '../../src/host/process-logs.js';
import type { ProcessExit } from '../../src/machines/process/process.js';
import type { OutputChunk } from '../../src/persistence/contract/attempts.js';
import { SimulatedClock } from '../../src/testing/index.js';
import type { SpawnedProcess } from '../../src/transport/process/contract/spawner.js';
import { Printer } from '../../src/transport/stderr/printer.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function logging(stdio?: Stdio, own?: Stdio) {
  const clock = new SimulatedClock();
  const told = { printed: '', faults: [] as unknown[], kept: [] as string[], refuses: false, isBehind: false };
  const sink = (bytes: Uint8Array) => {
    if (told.isBehind) return 0;
    told.printed += Buffer.from(bytes).toString();
    return bytes.length;
  };
  const append = async ({ path }: { path: string }, { stdout, stderr, dropped }: OutputChunk) => {
    await turn();
    if (told.refuses) throw new EspalierError('ESP_STORE_FULL', 'the disk is full');
    told.kept.push(`${path} ${Buffer.from(stdout)}|${Buffer.from(stderr)}${dropped ? ' (dropped)' : ''}`);
  };
  const printer = new Printer({
    sink: () => sink,
    later: (callback, ms) => void clock.setTimeout(callback, ms),
    limit: 100,
  });
  const logs = new ProcessLogs({
    logs: { append },
    clock,
    printer,
    stdio,
    onFault: (error) => void told.faults.push(error),
  });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exited = new Promise<ProcessExit>(() => undefined);
  const process: Pick<SpawnedProcess, 'stdout' | 'stderr' | 'exited'> = { stdout, stderr, exited };
  logs.follow({ path: '/w/workers/1/worker', incarnation: 3 }, process, own);
  const say = async (stream: PassThrough, text: string) => {
    stream.write(text);
    await turn();
  };
  const pass = async (ms: number) => {
    clock.increment(ms);
    for (let turns = 0; turns < 4; turns += 1) await turn();
  };
  return { told, logs, stdout, stderr, say, pass, clock };
}

describe('what a process prints', () => {
  it('is printed at once with the path of its seat in front, and kept soon', async () => {
    const { told, stdout, stderr, say, pass } = logging();
    await say(stdout, 'one\ntw');
    await say(stderr, 'e\n');
    expect(told.printed).toBe('/w/workers/1 | one\n/w/workers/1 | e\n');
    stdout.end('o');
    await turn();
    expect(told.printed).toBe('/w/workers/1 | one\n/w/workers/1 | e\n/w/workers/1 | two\n');
    await pass(500);
    expect(told.kept).toEqual(['/w/workers/1 one\ntwo|e\n']);
  });

  it.each<[Stdio, printed: boolean, kept: boolean]>([
    ['inherit', true, true],
    ['log', false, true],
    ['ignore', false, false],
  ])('goes where %s says, which the pool says before the system', async (stdio, printed, kept) => {
    for (const { told, stdout, say, pass } of [logging(stdio), logging(stdio === 'log' ? 'inherit' : 'log', stdio)]) {
      await say(stdout, 'one\n');
      await pass(500);
      expect([told.printed !== '', told.kept.length > 0]).toEqual([printed, kept]);
    }
  });

  it('is told to a function line by line, whose failure is a fault and nothing more', async () => {
    const heard: unknown[] = [];
    const { told, stdout, stderr, say, pass } = logging(undefined, (line, source) => {
      heard.push([line, source]);
      if (line === 'two') throw new Error('not this one');
    });
    await say(stdout, 'one\ntwo\nthree\n');
    await say(stderr, 'e\n');
    const source = { path: '/w/workers/1', incarnation: 3 };
    expect(heard).toEqual([
      ...['one', 'two', 'three'].map((line) => [line, { ...source, stream: 'stdout' }]),
      ['e', { ...source, stream: 'stderr' }],
    ]);
    expect(told.faults).toEqual([new Error('not this one')]);
    await pass(500);
    expect([told.printed, told.kept.length]).toEqual(['', 1]);
  });

  it('is counted while nobody reads, kept all the same, and the count is said', async () => {
    const { told, stdout, say, pass } = logging();
    told.isBehind = true;
    for (let line = 0; line < 50; line += 1) await say(stdout, `line ${line}\n`);
    told.isBehind = false;
    await pass(500);
    const lines = told.printed.trimEnd().split('\n');
    const shown = lines.filter((line) => /\| line \d+$/.test(line)).length;
    expect(lines.at(-1)).toBe(`/w/workers/1 | (${50 - shown} lines were dropped: the reader was behind)`);
    expect(told.kept.join('')).toContain('line 49\n');
  });

  it('waits, the last 64 KiB of it, for a store that refuses it', async () => {
    const { told, stdout, say, pass } = logging('log');
    told.refuses = true;
    for (let part = 0; part < 4; part += 1) {
      for (let piece = 0; piece < 3; piece += 1) await say(stdout, String(part).repeat(10_000));
      await pass(500);
    }
    told.refuses = false;
    await pass(1000);
    expect(told.kept).toHaveLength(1);
    expect(told.kept[0]).toMatch(/ \(dropped\)$/);
    expect(told.kept[0]?.length).toBeLessThan(66_000);
    expect(told.faults).toEqual([]);
  });

  it('costs nothing while it is quiet, and is written to its end when the system stops', async () => {
    const { told, logs, stdout, say, clock, pass } = logging('log');
    expect(clock.pending).toEqual([]);
    await say(stdout, 'one\n');
    await pass(500);
    expect(clock.pending).toEqual([]);
    await say(stdout, 'two\n');
    await logs.close();
    expect(told.kept).toEqual(['/w/workers/1 one\n|', '/w/workers/1 two\n|']);
    expect(clock.pending).toEqual([]);
  });
});

it('may be any of four', () => {
  for (const stdio of [undefined, 'inherit', 'log', 'ignore', () => undefined])
    expect(stdioRule(stdio, 'stdio')).toBeUndefined();
  for (const stdio of ['pipe', null, 1, {}])
    expect(stdioRule(stdio, 'stdio')).toMatch(/^stdio is .*; it must be a function, or one of/);
});
