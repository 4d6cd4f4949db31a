// Runs benchmarks and keeps what they print in RESULTS.md, one section each.
//
//   npm run bench                        all, one after the other
//   npm run bench -- exec --rounds 5     one, with its own options
//   npm run bench -- exec --dry          nothing is kept
//
// What a busy machine measures is kept only where nothing better stands, and says so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { busyCores, describeCommit, describeMachine, load } from './lib/machine.js';

const RESULTS = new URL('./RESULTS.md', import.meta.url);
const names = [
  'exec',
  'scale',
  'actors',
  'large-host',
  'spawn',
  'scan',
  'persistence',
  'jobs',
  'jobs-latency',
  'jobs-scale',
  'protocol',
  'first-call',
  'profile',
  'inspector',
];
/** Above this load, or with this many cores at other work, figures mean little. */
const QUIET_LOAD = 1;
const QUIET_CORES = 0.25;
const NOISY = '**Noisy**';

const args = process.argv.slice(2);
const options = args.filter((arg) => arg !== '--dry');
const [name] = options;
if (name !== undefined && !names.includes(name)) {
  console.error(`there is no benchmark ${name}; there are ${names.join(', ')}`);
  process.exit(2);
}
const wanted = name === undefined ? names : [name];
for (const [index, each] of wanted.entries()) await benchmark(each, options.slice(1), index === 0);

async function benchmark(each, given, first) {
  const before = { load: load(), busy: await busyCores(2000) };
  // The load of what we ran before decays over minutes, so after the first only the moment counts.
  const noisy = before.busy > QUIET_CORES || (first && before.load > QUIET_LOAD);
  const state = `load average ${before.load.toFixed(2)}, ${before.busy.toFixed(2)} cores busy before`;
  console.log(`\n== ${each}: ${state} ==`);
  if (noisy) warn(state);
  const { text, code } = await run(each, given);
  if (code !== 0) {
    console.error(`bench ${each} failed`);
    process.exitCode = 1;
  } else if (!args.includes('--dry')) keep(each, section(each, given, { text, noisy, state }), noisy);
}

function warn(state) {
  const line = '!'.repeat(100);
  console.error(`${line}\n!! THE MACHINE IS BUSY (${state}): read ratios, not rates\n${line}`);
}

async function run(each, given) {
  const file = fileURLToPath(new URL(`./${each}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [file, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    process.stdout.write(chunk);
    text += chunk;
  });
  const [code] = await once(child, 'close');
  return { text, code };
}

function section(each, given, { text, noisy, state }) {
  const command = `npm run bench -- ${[each, ...given].join(' ')}`;
  const noise = noisy ? `${NOISY}: the machine was at other work; only ratios mean something.\n` : '';
  const date = new Date().toISOString().slice(0, 10);
  const facts = `${date} · ${describeCommit()} · ${describeMachine()} · ${state}, ${load().toFixed(2)} after`;
  return `\`${command}\` · ${facts}\n\n${noise}\`\`\`\n${text.trimEnd()}\n\`\`\``;
}

/** Puts a section in its place; the others stay as they are. */
function keep(each, body, noisy) {
  const sections = readSections();
  const old = sections.get(each);
  if (noisy && old !== undefined && !old.includes(NOISY)) {
    console.error(`bench ${each}: RESULTS.md has figures of a quiet machine; these are not kept`);
    return;
  }
  sections.set(each, body);
  const ordered = names.filter((title) => sections.has(title));
  const texts = ordered.map((title) => `## ${title}\n\n${sections.get(title)}\n`);
  writeFileSync(RESULTS, `# What was measured\n\nWritten by \`npm run bench\`; not by hand.\n\n${texts.join('\n')}`);
}

function readSections() {
  const text = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
  const parts = text.split(/^## /m).slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end).trim()];
    }),
  );
}
