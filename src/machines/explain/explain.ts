import { actorFindings } from './causes/actors.js';
import { diskFindings } from './causes/disk.js';
import { hostFindings } from './causes/host.js';
import { jobFindings } from './causes/jobs/jobs.js';
import { poolFindings } from './causes/pools.js';
import { runFindings } from './causes/runs.js';
import { shortageFindings } from './causes/shortage.js';
import { slotFindings } from './causes/slots.js';
import { supervisionFindings } from './causes/supervision.js';
import { suspectFindings } from './causes/suspects.js';
import { workerFindings } from './causes/workers.js';
import type { Explanation, Finding } from './findings/explanation.js';
import { type Facts, lastMoment, type Target } from './findings/facts.js';
import { finding } from './findings/finding.js';
import { rank } from './rank.js';

const FAMILIES: readonly ((facts: Facts) => Finding[])[] = [
  diskFindings,
  hostFindings,
  shortageFindings,
  workerFindings,
  suspectFindings,
  poolFindings,
  supervisionFindings,
  slotFindings,
  runFindings,
  jobFindings,
];

/**
 * Explains what happened to a target: every family of causes looks at the facts, and what they found is put in order, the
 * root cause first. The same facts always give the same explanation.
 */
export function explainFacts(facts: Facts): Explanation {
  const found = FAMILIES.flatMap((family) => family(facts));
  const [first, ...rest] = rank([...found, ...actorFindings(facts, found)], lastMoment(facts));
  return {
    target: facts.target,
    host: facts.host?.runId ?? null,
    findings: [first ?? nothing(facts), ...rest],
    partial: facts.partial,
  };
}

function nothing({ target, now }: Facts): Finding {
  const about = nameOf(target);
  return finding('running', { about, sentences: [`Nothing that was journalled speaks against ${about}.`], at: now });
}

function nameOf(target: Target): string {
  switch (target.kind) {
    case 'actor':
      return target.path;
    case 'host':
      return target.host;
    case 'job':
      return target.job;
    case 'run':
    case 'slot':
      return target.run;
    default:
      return target satisfies never;
  }
}
