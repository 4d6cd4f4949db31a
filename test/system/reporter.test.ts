import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Report } from '../../src/machines/report/report.js';
import { Reporter } from '../../src/system/reporter.js';

function make() {
  const said: Report[] = [];
  const onFault = (error: unknown) => {
    throw error;
  };
  const reporter = new Reporter({
    system: 'shop',
    clock: systemClock,
    onReport: (report) => said.push(report),
    onFault,
  });
  const { exitCode } = process;
  onTestFinished(() => {
    reporter.close();
    process.exitCode = exitCode;
  });
  process.exitCode = undefined;
  return { reporter, said };
}

it('says of a tree that ends during its start that it has, and nothing of an exit code that its caller has yet to decide', () => {
  const { reporter, said } = make();
  reporter.ended({ kind: 'crash', error: new Error('no stock') });
  expect(said.map(({ message }) => message)).toEqual(['the system has ended by itself, after no stock (Error)']);
  expect(process.exitCode).toBeUndefined();
});

it('says of one that had started which exit code its process has now', () => {
  const { reporter, said } = make();
  reporter.started();
  reporter.ended({ kind: 'crash', error: new Error('no stock') });
  expect(said.map(({ message }) => message)).toEqual([
    'the system has ended by itself, after no stock (Error); the exit code of this process is now 70',
  ]);
  expect(process.exitCode).toBe(70);
});
