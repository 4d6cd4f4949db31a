import type { Command } from 'commander';
import { z } from 'zod';
import {
  type Evidence,
  type Explanation,
  explain,
  type Finding,
  readRedactor,
  type StoreRedactor,
} from '../../index.js';
import { oneLine } from '../../one-line.js';
import { knownStore } from '../options/find-store.js';
import { listing, withReader } from '../options/options.js';
import { tell } from '../print/diagnostics.js';
import { Output } from '../print/output.js';
import { printable } from '../print/table.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false), host: z.string().optional() });

/** `espalier why`: what happened to an actor, a slot, a run or a host, in sentences with evidence; the root cause first. */
export function addWhy(program: Command): void {
  listing(program.command('why <target>').description('what happened to a path, RUN:INDEX, a run or a host, and why'))
    .option('--host <id>', 'the host whose actor is meant, when several have one of that path')
    .action(async (target: string, raw: unknown) => {
      const { db, json, host } = optionsSchema.parse(raw);
      const options = host === undefined ? {} : { host };
      const [explanation, unknown] = await withReader(db, async (reader) => {
        const redactor = await readRedactor(reader);
        return [masked(await explain(reader, target, options), redactor), redactor.unknown] as const;
      });
      const output = Output.of(process.stdout);
      for (const line of json ? [JSON.stringify(explanation)] : describe(explanation)) await output.line(line);
      if (!json && unknown !== null) tell(`${unknown}\n`);
    });
}

function masked({ findings, ...rest }: Explanation, redactor: StoreRedactor): Explanation {
  const [root, ...others] = findings;
  return { ...rest, findings: [maskedFinding(root, redactor), ...others.map((one) => maskedFinding(one, redactor))] };
}

function maskedFinding({ sentences, evidence, ...found }: Finding, redactor: StoreRedactor): Finding {
  const [first, ...others] = sentences;
  return {
    ...found,
    sentences: [redactor.text(first), ...others.map((text) => redactor.text(text))],
    evidence: evidence.map((one) => ({ ...one, text: redactor.text(one.text) })),
  };
}

function describe({ findings, partial }: Explanation): string[] {
  const [root, ...others] = findings;
  const following = others.filter(({ standing }) => standing);
  const over = others.filter(({ standing }) => !standing);
  return [
    ...inFull(root),
    ...under('What goes with it:', following),
    ...under('Before:', over),
    ...(partial ? ['', 'Older events were not looked at.'] : []),
  ];
}

function inFull({ cause, sentences, evidence, advice }: Finding): string[] {
  return [
    ...sentences.flatMap((sentence) => sentence.split('\n')).map(printable),
    '',
    `cause     ${cause}`,
    ...(advice === null ? [] : [`to do     ${printable(advice)}`]),
    ...(evidence.length === 0 ? [] : ['evidence', ...evidence.map(line)]),
  ];
}

function line({ seq, at, text }: Evidence): string {
  const number = seq === null ? '' : `#${seq}`;
  return `  ${number.padStart(8)}  ${time(at)}  ${printable(text)}`;
}

/** To the millisecond, in UTC: one cause and its consequence are often in the same second. */
function time(at: number): string {
  return at === 0 ? ' '.repeat(23) : new Date(at).toISOString().slice(0, 23).replace('T', ' ');
}

function under(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return [
    '',
    title,
    ...findings.map(({ cause, sentences }) => `  - ${printable(oneLine(sentences.join(' ')))} (${cause})`),
  ];
}
