import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createSystem,
  type JournalEvent,
  machine,
  openReader,
  pool,
  type Run,
  resolveProgram,
  type System,
  supervisor,
  VERSION,
} from 'espalier';
import { untilDown, untilEvent } from 'espalier/testing';
import { setup } from 'xstate';

const counter = setup({
  types: { context: {} as { count: number }, events: {} as { type: 'add' } | { type: 'break' } },
  actions: {
    breakDown: () => {
      throw new TypeError('it breaks');
    },
  },
}).createMachine({
  id: 'counter',
  context: { count: 0 },
  initial: 'idle',
  states: {
    idle: {
      on: {
        add: { target: 'counting' },
        break: { actions: 'breakDown' },
      },
    },
    counting: { on: { add: {} } },
  },
});

/** What the scenario leaves behind it. */
export interface Stage {
  readonly system: System;
  readonly folder: string;
  readonly run: Run;
  /** Of its inspector, with the token. */
  readonly base: URL;
}

/** The texts of a round, by their names: the longer before what they hold. */
export function texts({ system, folder, run }: Stage): Readonly<Record<string, string>> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return {
    host: system.runId,
    run: run.id,
    folder,
    here: here.replace(/\/$/, ''),
    node: process.execPath,
    sh: resolveProgram('sh', process.env.PATH, here),
    'node version': process.version,
    version: VERSION,
  };
}

const TOKEN = 'the-token-of-this-scenario';

/**
 * One fixed scenario: a supervisor with a machine that crashes and is restarted, a pool that answers a call, a pool of programs
 * of which one fails, a run of four slots of which one is tried twice and one fails.
 *
 * @param look at what stands before it is stopped
 */
export async function played(look: (stage: Stage) => Promise<unknown> = async () => undefined): Promise<{
  readonly folder: string;
  readonly events: readonly JournalEvent[];
}> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-frozen-'));
  try {
    const store = join(folder, 'store.db');
    const system = await createSystem({
      name: 'frozen',
      store,
      stdio: 'log',
      onReport: () => undefined,
      inspector: { port: 0, token: TOKEN, control: true },
      children: [
        supervisor({
          id: 'group',
          strategy: 'one_for_all',
          period: 600_000,
          children: [machine({ id: 'counter', logic: counter })],
        }),
        pool({ id: 'echo', command: [process.execPath, fixture('echo-worker.mjs')], size: 1 }),
        pool({ id: 'shell', mode: 'exec', command: ['sh', '-c', '{}'], size: 1 }),
      ],
    });
    try {
      const run = await steps(system, folder);
      await look({ system, folder, run, base: new URL(system.inspector?.url ?? '') });
    } finally {
      await system.stop();
    }
    return { folder, events: await journalOf(store) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** Each is waited for, so that there is one order. */
async function steps(system: System, folder: string): Promise<Run> {
  await Promise.all([system.pool('echo').ready(), system.execPool('shell').ready()]);
  await system.pool('echo').call('echo', { text: 'hello' });
  await system.execPool('shell').exec('echo said; echo cried >&2; exit 3');

  const down = untilDown(system, '/group/counter');
  const restarted = untilEvent(system, ({ type }) => type === 'actor.restarted');
  system.actor('/group/counter').send({ type: 'break' });
  await Promise.all([down, restarted]);
  system.actor('/group/counter').send({ type: 'add' });

  const tried = join(folder, 'tried');
  const run = await system.runs.start({
    name: 'four',
    slots: ['echo one', 'exit 7', `[ -e ${tried} ] || { touch ${tried}; exit 5; }`, 'echo four'],
    pool: 'shell',
    concurrency: 1,
    retries: 1,
  });
  await run.done();
  return run;
}

async function journalOf(store: string): Promise<readonly JournalEvent[]> {
  await using reader = await openReader(store);
  const events: JournalEvent[] = [];
  for await (const event of reader.journal.tail()) events.push(event);
  return events;
}
