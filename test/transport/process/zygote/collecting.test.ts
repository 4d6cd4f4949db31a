import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { launchFrame } from '../../../../src/transport/process/zygote/orders.js';
import { type Report, ReportReader } from '../../../../src/transport/process/zygote/reports.js';
import { required } from '../../../support/required.js';
import { until } from '../support.js';

const at = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SOURCES = ['zygote.c', 'child.c'].map((name) => at(`../../../../src/transport/process/zygote/${name}`));

const hasCompiler = required('cc', spawnSync('cc', ['--version']).status === 0);

/** The zygote, compiled so that it notes whom it kills and whom it collects. */
function noting(folder: string): { program: string; notes: string } {
  const [program, notes] = [join(folder, 'zygote'), join(folder, 'notes')];
  const given = ['-D_GNU_SOURCE=', `-DNOTES="${notes}"`, '-include', at('fixtures/noting.h')];
  const { status, stderr } = spawnSync('cc', [...given, '-o', program, ...SOURCES], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { program, notes };
}

// A program that is not collected yet holds the number of its group; afterwards somebody else's group may have it.
it.skipIf(!hasCompiler)('a group is killed before its program is collected', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-zygote-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { program, notes } = noting(folder);
  const zygote = spawn(program, ['x'.repeat(1024)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ROOM: 'x'.repeat(4096) },
  });
  onTestFinished(() => void zygote.kill('SIGKILL'));
  const [reports, told]: [ReportReader, Report[]] = [new ReportReader(), []];
  zygote.stdout.on('data', (chunk: Buffer) => told.push(...reports.read(chunk)));
  const [stdout = '', stderr = ''] = ['out', 'err'].map((name) => join(folder, name));
  const scripts = ['exit 0', 'sleep 60 & exit 3', 'sleep 60 & kill -KILL $$'];
  for (const [index, script] of scripts.entries()) {
    for (const file of [stdout, stderr]) writeFileSync(file, '');
    const files = { stdin: '', stdout, stderr, socket: '', token: '' };
    const order = {
      ...files,
      label: 'test',
      cookie: 'test.1.a',
      cwd: '/',
      command: ['/bin/sh', '-c', script],
      env: {},
    };
    zygote.stdin.write(launchFrame(index + 1, order));
    await until('it has ended, and its watcher', () => told.filter(({ id }) => id === index + 1).length === 3);
  }
  zygote.stdin.end();
  await once(zygote, 'exit');
  const noted = readFileSync(notes, 'utf8').split('\n');
  for (const report of told) {
    if (report.t !== 'started') continue;
    const [killed, collected] = [noted.indexOf(`kill -${report.pid}`), noted.indexOf(`collect ${report.pid}`)];
    expect(killed).toBeGreaterThan(-1);
    expect(collected).toBeGreaterThan(killed);
  }
  expect(told.filter(({ t }) => t === 'started')).toHaveLength(scripts.length);
});
