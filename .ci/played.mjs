// Prints the test files that vitest's JSON reports tell of, each once: `played.mjs REPORT…`.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const played = new Set(reports.flatMap(({ testResults }) => testResults.map(({ name }) => relative('.', name))));
for (const file of played) console.log(file);
