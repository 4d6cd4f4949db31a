/** Prints the tests of a vitest JSON report that failed, each with the beginning of its reason: `failed.mjs REPORT`. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const LINES = 12;

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const file of testResults.filter(({ status }) => status === 'failed')) {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  const name = relative('.', file.name);
  if (failed.length === 0) print(name, file.message);
  for (const test of failed) print(`${name} > ${test.fullName}`, test.failureMessages.join('\n'));
}

function print(name, reason) {
  console.log(`-- ${name}`);
  for (const line of reason.split('\n').slice(0, LINES)) console.log(`   ${line}`);
}
