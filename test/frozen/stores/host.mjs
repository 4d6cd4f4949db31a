// A host of the package in a folder, to be killed while it works, and for the next one to find what it left:
//   node host.mjs PACKAGE STORE saved                    a saved machine, a session, outputs, and what a service prints
//   node host.mjs PACKAGE STORE slots COMMAND SLOTS      a run of COMMAND, a template of words, over SLOTS; both as JSON
//   node host.mjs PACKAGE STORE continue COMMAND RUN     goes on with that run
// It tells on standard output, as JSON lines, what it found and what it did. It ends when its standard input does.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [home, store, kind, command = '["true"]', what] = process.argv.slice(2);
const { createSystem, machine, pool, service } = await import(pathToFileURL(resolve(home, 'dist/index.js')).href);
const { assign, setup } = createRequire(join(resolve(home), 'package.json'))('xstate');
const tell = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);

const count = assign({ count: ({ context }) => context.count + 1 });
const logic = setup({ actions: { count } }).createMachine({
  id: 'ledger',
  context: { count: 0 },
  initial: 'even',
  states: {
    even: { on: { add: { target: 'odd', actions: 'count' } } },
    odd: { on: { add: { target: 'even', actions: 'count' } } },
  },
});
const shell = pool({ id: 'shell', mode: 'exec', command: JSON.parse(command), size: 2, graceMs: 100 });
const saved = [
  machine({ id: 'ledger', logic, persist: 'snapshot', version: '1' }),
  service({ id: 'tick', command: ['sh', '-c', 'echo hello; printf "caf\\303\\251" >&2; exec sleep 300'] }),
];
const children = kind === 'saved' ? [...saved, shell] : [shell];
const system = await createSystem({ name: kind, store, children });

const acts = {
  async saved() {
    const ledger = system.actor('/ledger');
    const { value, context } = ledger.getSnapshot();
    tell({ runId: system.runId, value, count: context.count, sessions: await system.sessions.list() });
    if (what === undefined) return;
    await system.sessions.set('visitor', { turns: 2, said: 'grüezi' }, { ttl: 100 * 365 * 86_400_000 });
    const run = await system.runs.start({ slots: JSON.parse(what), pool: 'shell' });
    await run.done();
    for (let n = 0; n < 7; n += 1) ledger.send({ type: 'add' });
    tell({ run: run.id });
  },
  async slots() {
    const run = await system.runs.start({ slots: JSON.parse(what), pool: 'shell', concurrency: 2, retries: 1 });
    tell({ runId: system.runId, run: run.id });
  },
  async continue() {
    const run = await system.runs.continue(what);
    const rows = [];
    for await (const row of run.committed({ from: 'start' })) rows.push(row);
    tell({ status: (await run.done()).status, rows });
  },
};
await acts[kind]();
process.stdin.resume();
await once(process.stdin, 'end');
await system.stop();
