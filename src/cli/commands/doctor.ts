import type { Command } from 'commander';
import { z } from 'zod';
import { examine } from '../doctor/examine.js';
import type { Finding } from '../doctor/finding.js';
import { knownStore } from '../options/find-store.js';
import { listing } from '../options/options.js';
import { Output } from '../print/output.js';
import { EXIT_FAILED, EXIT_OK } from '../print/report.js';
import { formatTable } from '../print/table.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

/** `espalier doctor`: whether this machine has what the promises rest on. Exits 1 when something is missing. */
export function addDoctor(program: Command): void {
  listing(program.command('doctor').description('check this machine')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    const findings = await examine(db);
    const lines = json ? findings.map((finding) => JSON.stringify(finding)) : draw(findings);
    await Output.of(process.stdout).write(lines.map((line) => `${line}\n`).join(''));
    process.exitCode = findings.some(({ verdict }) => verdict === 'bad') ? EXIT_FAILED : EXIT_OK;
  });
}

function draw(findings: readonly Finding[]): string[] {
  return formatTable(
    ['', 'CHECK', 'FOUND'],
    findings.map(({ verdict, check, found }) => [verdict, check, found]),
  );
}
