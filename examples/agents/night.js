// A night of command-line agents, and a report in the morning:
//   node examples/agents/night.js [--db FILE] [--tasks FILE] [--until-done]
// Started again, by day or after a crash, it meets the work of the night by its keys, and does nothing twice. A scripted program
// stands in for a paid agent; in its place: ['claude', '-p', '{.task}', '--output-format', 'json'] or ['codex', 'exec', '{.task}'].
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSystem, pool } from 'espalier';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values } = parseArgs({
  options: {
    db: { type: 'string', default: '.espalier/night.db' },
    tasks: { type: 'string', default: here('tasks.txt') },
    'until-done': { type: 'boolean', default: false },
  },
});

const night = new Date().toISOString().slice(0, 10);
const tasks = readFileSync(values.tasks, 'utf8').trim().split('\n');

const system = await createSystem({
  name: 'night',
  store: values.db,
  children: [
    pool({
      id: 'agents',
      mode: 'exec',
      command: ['sh', here('agent.sh'), '{.task}'],
      size: 4,
      env: { ESPALIER: `${process.execPath} ${here('../../dist/cli/main.js')}` },
    }),
  ],
});

// Two at once, whoever asks: the agents of one account share its rate.
await system.limits.set('model', { concurrency: 2 });

const jobs = await system.jobs.submitMany(
  tasks.map((task) => ({
    queue: 'agents',
    input: { task },
    key: `${night} ${task}`,
    keyFor: 'ever',
    limits: ['model'],
    retries: { attempts: 2, backoff: { initialMs: 100 } },
    timeoutMs: 30 * 60_000,
    meta: { night },
  })),
);

// Work that waits for a person waits through the night; --until-done waits for it, too.
const over = new Set([
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
  ...(values['until-done'] ? [] : ['waiting']),
]);
const left = new Set(jobs);
for await (const _ of system.events.subscribe({ types: ['job.submitted', 'job.ended', 'job.waiting'], after: 0 })) {
  for (const job of left) if (over.has(await job.state())) left.delete(job);
  if (left.size === 0) break;
}

console.log(`the night of ${night}`);
for (const [index, job] of jobs.entries()) {
  const { state, attempts, error } = await job.record();
  const [asked] = (await job.questions()).filter(({ answer }) => answer === undefined);
  const more = asked
    ? `asks "${asked.question}": espalier answer ${job.id} ${asked.id} yes`
    : (error?.message.split('\n')[0] ?? '');
  console.log(
    `${state.padEnd(10)} ${attempts} attempt${attempts === 1 ? ' ' : 's'}  ${tasks[index]}  ${more}`.trimEnd(),
  );
}

await system.stop();
