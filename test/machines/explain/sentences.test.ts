import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { explainFacts } from '../../../src/machines/explain/explain.js';
import type { Explanation, Finding } from '../../../src/machines/explain/findings/explanation.js';
import type { Cases } from './cases/cases.js';
import { hosts } from './cases/hosts.js';
import { jobs } from './cases/jobs.js';
import { runs } from './cases/runs.js';
import { slots } from './cases/slots.js';
import { trees } from './cases/trees.js';
import { workers } from './cases/workers.js';
import { NOW } from './support.js';

// Every sentence that `why` can say, as somebody has read and approved it: `told/*.txt`. To change one, run this test with
// ESPALIER_APPROVE=1 and read what has changed.

/** When it was, seen from now. */
const ago = (at: number) => (at === 0 ? 'some day' : `${(at - NOW) / 1000} s`);

function findingText({ cause, about, sentences, evidence, advice, standing, at }: Finding): string {
  return [
    `${cause} of ${about}, ${standing ? 'stands' : 'over'}, ${ago(at)}`,
    ...sentences.map((sentence) => `    ${sentence}`),
    ...(advice === null ? [] : [`    → ${advice}`]),
    ...evidence.map(({ seq, at: then, text }) => `    [${seq ?? '-'}] ${ago(then)}: ${text}`),
  ].join('\n');
}

const text = ({ findings }: Explanation) => findings.map(findingText).join('\n');

it.each<[string, Cases]>([
  ['workers', workers],
  ['slots', slots],
  ['runs', runs],
  ['jobs', jobs],
  ['hosts', hosts],
  ['trees', trees],
])('tells of %s what it should', (name, cases) => {
  const told = Object.entries(cases).map(([title, facts]) => `# ${title}\n\n${text(explainFacts(facts))}\n`);
  const approved = new URL(`sentences/${name}.txt`, import.meta.url);
  if (process.env.ESPALIER_APPROVE) writeFileSync(approved, told.join('\n'));
  expect(told.join('\n')).toBe(readFileSync(approved, 'utf8'));
});
