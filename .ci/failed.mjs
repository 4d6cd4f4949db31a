/**
 * Prints the tests of a vitest JSON report that failed, each with the beginning of its reason, and those that were skipped:
 * `failed.mjs REPORT`.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const LINES = 12;
const SKIPPED = new Set(['skipped', 'pending', 'todo', 'disabled']);

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const file of testResults) {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  const name = relative('.', file.name);
  if (file.status === 'failed' && failed.length === 0) print(name, file.message);
  for (const test of failed) print(`${name} > ${test.fullName}`, test.failureMessages.join('\n'));
  for (const { status, fullName } of file.assertionResults) {
    if (SKIPPED.has(status)) print(`${name} > ${fullName}`, 'it was skipped');
  }
}

function print(name, reason) {
  console.log(`-- ${name}`);
  for (const line of reason.split('\n').slice(0, LINES)) console.log(`   ${line}`);
}
