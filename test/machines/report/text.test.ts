import { expect, it } from 'vitest';
import type { Report } from '../../../src/machines/report/report.js';
import { reportText } from '../../../src/machines/report/text.js';

const report: Report = {
  ...{ type: 'actor.crashed', system: 'shop', path: '/m', message: '/m crashed: no stock (Error)', error: null },
  ...{ lastWords: '', repeats: 0, at: 0 },
};
const frames = (file: string, count: number) =>
  Array.from({ length: count }, (_, at) => `    at f (${file}:${at})`).join('\n');

it('is one line where there is no more to say', () => {
  expect(reportText(report)).toBe('espalier shop: /m crashed: no stock (Error)\n');
});

it('shows where it was thrown and where its cause was, without what Node and XState did there', () => {
  const stack = `Error: no stock\n    at run (node:internal/x)\n    at act (/app/node_modules/xstate/x.js:1)\n${frames('own.js', 9)}\ncaused by: TypeError: nope\n${frames('below.js', 1)}`;
  expect(reportText({ ...report, error: { code: 'Error', message: 'no stock', stack } }).split('\n')).toEqual([
    'espalier shop: /m crashed: no stock (Error)',
    ...[0, 1, 2, 3].map((at) => `    at f (own.js:${at})`),
    '    caused by: TypeError: nope',
    '    at f (below.js:0)',
    '',
  ]);
});

it('shows of an error of our own only what caused it', () => {
  const own = `EspalierError: no\n${frames('ours.js', 3)}`;
  const error = { code: 'ESP_SPAWN', message: 'no', stack: own };
  expect(reportText({ ...report, error })).not.toContain('ours.js');
  const caused = { ...error, stack: `${own}\ncaused by: Error: x\n${frames('theirs.js', 1)}` };
  expect(reportText({ ...report, error: caused })).toContain('theirs.js:0');
});

it('shows the last lines of the last words', () => {
  const lastWords = `${Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\n')}\n`;
  const lines = reportText({ ...report, lastWords })
    .trimEnd()
    .split('\n');
  expect(lines.slice(1)).toEqual(['  last words:', ...Array.from({ length: 12 }, (_, at) => `    line ${28 + at}`)]);
});

it('says of repeats how many there were', () => {
  const error = { code: 'Error', message: 'no stock', stack: frames('own.js', 3) };
  expect(reportText({ ...report, error, repeats: 1 })).toBe(
    'espalier shop: /m crashed: no stock (Error): 1 more time\n',
  );
  expect(reportText({ ...report, repeats: 9 })).toMatch(/: 9 more times\n$/);
});
