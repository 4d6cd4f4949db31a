// The main job on real input: facts about every Markdown and source file of this repository, one process per file, four
// at a time, in the order of the files. Ctrl-C pauses it; what is finished stays finished.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist', 'cli', 'main.js');
const command = ['run', '--exec', 'sh examples/file-facts.sh {}', '--input', '-', '--jobs', '4', '--name', 'npm start'];

const files = [...walk(root)].map((file) => relative(root, file)).sort();
say(`Facts about ${files.length} files of this repository: one process per file, four at a time.`);
say(`  espalier ${command.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')}\n`);

const run = spawn(process.execPath, [main, ...command], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
// A terminal sends Ctrl-C to the run as well; this process stays to show what came of it.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill(signal));
run.stdin.on('error', () => {}).end(files.map((file) => `${file}\n`).join(''));

const ended = new Promise((resolve) => run.on('close', resolve));
const rows = [];
for await (const line of createInterface({ input: run.stdout })) rows.push(JSON.parse(line));
process.exitCode = (await ended) ?? 1;

summarise(rows);
suggest();

function* walk(folder) {
  const skipped = ['node_modules', 'dist', 'coverage'];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && !skipped.includes(entry.name)) yield* walk(path);
    else if (entry.isFile() && /\.(md|[cm]?[jt]sx?|sh|py)$/.test(entry.name)) yield path;
  }
}

function summarise(all) {
  const facts = all.filter((row) => row.status === 'succeeded').map((row) => JSON.parse(row.output.stdout));
  const sum = (field) => facts.reduce((total, fact) => total + fact[field], 0);
  const busy = all.reduce((total, row) => total + row.durationMs, 0);
  say(`\n${facts.length} of ${files.length} files, ${new Set(facts.map(({ sha256 }) => sha256)).size} different ones`);
  say(`${number(sum('lines'))} lines, ${number(sum('words'))} words, ${number(sum('bytes'))} bytes`);
  say(`${(busy / 1000).toFixed(1)} s of processes' time in all\n`);
  say('The ten words that occur most (of five letters and more):');
  for (const [word, count] of topWords(facts, 10)) say(`  ${String(count).padStart(6)}  ${word}`);
  for (const row of all) if (row.status !== 'succeeded') say(`${row.status}: ${row.input}: ${row.error?.message}`);
}

function topWords(facts, most) {
  const counts = new Map();
  for (const { count } of facts) {
    for (const [word, times] of Object.entries(count)) counts.set(word, (counts.get(word) ?? 0) + times);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, most);
}

function suggest() {
  const { stdout } = spawnSync(process.execPath, [main, 'runs', '--json'], { cwd: root, encoding: 'utf8' });
  const id = stdout ? JSON.parse(stdout.split('\n', 1)[0]).run : 'RUN';
  const hints = [
    [`show ${id}`, 'the run, with the digest of its results'],
    [`rows ${id}`, 'its rows'],
    [`logs ${id}:0`, 'what its first process wrote'],
    [`continue ${id}`, 'go on where it was: press Ctrl-C in "npm start" first'],
    ['events --type run.completed', 'the journal: what happened, in order'],
    ['--help', 'everything else'],
  ];
  say('\nEvery row is kept in .espalier/espalier.db. Try next:');
  for (const [words, what] of hints) say(`  node dist/cli/main.js ${words.padEnd(32)} ${what}`);
}

function number(value) {
  return value.toLocaleString('en');
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
