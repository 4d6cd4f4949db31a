import type { JournalEvent } from 'espalier';
import { beforeAll, expect, it, vi } from 'vitest';
import { soon } from '../support/soon.js';
import { jobOf, Normaliser } from './normalise.js';
import { played, type Stage, texts } from './scenario.js';
import { ask, firstBlocks, Talk } from './wire.js';

let seen = { journal: '', doors: '', streams: '', socket: '' };

beforeAll(async () => {
  const wire = { doors: '', streams: '', socket: '' };
  let names: Readonly<Record<string, string>> = {};
  const { events } = await played(async (stage) => {
    names = texts(stage);
    await settled(stage);
    wire.doors = await doorsOf(stage);
    wire.streams = await streamsOf(stage);
    wire.socket = await socketOf(stage);
  });
  seen = { ...wire, journal: journalOf(events, new Normaliser(names)) };
});

it('the journal tells what it told', async () => {
  await expect(seen.journal).toMatchFileSnapshot('journal.txt');
});

it('the doors of the inspector answer what they answered', async () => {
  await expect(seen.doors).toMatchFileSnapshot('inspector/doors.txt');
});

it('its streams of events begin as they began', async () => {
  await expect(seen.streams).toMatchFileSnapshot('inspector/events.txt');
});

it('its WebSocket says what it said', async () => {
  await expect(seen.socket).toMatchFileSnapshot('inspector/websocket.txt');
});

/** The run is over before they have ended who worked for it. */
async function settled({ base, run }: Stage): Promise<void> {
  const ending = [`/espalier/runs/${run.id}`, '/shell/workers/1/worker'];
  await vi.waitUntil(async () => {
    const { actors }: { actors: { path: string; state: string }[] } = JSON.parse((await ask(base, '/api/tree')).body);
    const state = new Map(actors.map((actor) => [actor.path, actor.state]));
    return ending.every((path) => state.get(path) === 'exited') && state.get('/shell/workers/1') === 'idle';
  }, soon);
}

/** By what they are about: what has nothing to do with each other has no order either. */
function journalOf(events: readonly JournalEvent[], names: Normaliser): string {
  const sections = new Map<string, JournalEvent[]>();
  for (const event of events) {
    const about = jobOf({ ...event }) ?? event.ctx?.run ?? event.path ?? 'the host';
    const [, slot] = /:(\d+)$/.exec(about) ?? [];
    const isRun = event.ctx?.run !== undefined;
    const title = isRun ? (slot === undefined ? 'the run' : `slot ${slot}`) : about;
    sections.set(title, [...(sections.get(title) ?? []), event]);
  }
  return [...sections]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, about]) => `== ${title}\n${about.map((event) => `${names.line(event)}\n`).join('')}`)
    .join('\n');
}

async function doorsOf(stage: Stage): Promise<string> {
  const names = new Normaliser(texts(stage));
  const { run, base } = stage;
  const paths = [
    '/healthz',
    '/metrics',
    '/api/hello',
    '/api/tree',
    '/api/runs',
    '/api/processes',
    '/api/actor?path=/group/counter',
    '/api/actor?path=/echo',
    '/api/actor?path=/echo/workers/1/worker',
    '/api/actor?path=/none',
    '/api/actor',
    '/api/logs?path=/echo/workers/1/worker',
    `/api/output?run=${run.id}&index=0`,
    `/api/rows?run=${run.id}&from=0&limit=10`,
    '/api/why?target=/group/counter',
    `/api/why?target=${run.id}:1`,
    `/api/why?target=${run.id}`,
    '/api/nonsense',
  ];
  const answers: string[] = [];
  for (const path of paths) {
    const { status, type, body } = await ask(base, path);
    const shown = type?.startsWith('application/json') ? names.json(JSON.parse(body)) : metrics(names.text(body));
    answers.push(`GET ${names.text(path)}\n${status} ${type}\n${shown.trimEnd()}\n`);
  }
  const orders = [
    { type: 'actor.restart', path: '/group/counter' },
    { type: 'actor.stop', path: '/none' },
    { type: 'run.pause', run: run.id },
    { type: 'nonsense' },
  ];
  for (const order of orders) {
    const { status, type, body } = await ask(base, '/api/control', 'POST', order);
    answers.push(`POST /api/control ${names.line(order)}\n${status} ${type}\n${names.json(JSON.parse(body))}\n`);
  }
  return answers.join('\n');
}

/** Without the numbers that are measured. */
function metrics(text: string): string {
  return text.replace(/^(espalier_(?:host_\w+_bytes|journal_seq)) \d+$/gm, '$1 <number>');
}

async function streamsOf({ base, ...stage }: Stage): Promise<string> {
  const names = new Normaliser(texts({ base, ...stage }));
  const paths = ['/events?path=/group/counter', '/events?view=runs', '/events?view=none'];
  const answers: string[] = [];
  for (const path of paths) {
    const blocks = await firstBlocks(base, path, 3);
    const lines = blocks
      .join('\n\n')
      .split('\n')
      .map((line) => {
        const [field = '', value = ''] = line.split(/: (.*)/s);
        if (field === 'data' || line.startsWith('{'))
          return line.startsWith('{') ? names.json(JSON.parse(line)) : `data: ${names.json(JSON.parse(value))}`;
        return field === 'id' ? 'id: <seq>' : names.text(line);
      });
    answers.push(`GET ${path}\n${lines.join('\n')}\n`);
  }
  return answers.join('\n');
}

async function socketOf(stage: Stage): Promise<string> {
  const names = new Normaliser(texts(stage));
  using talk = await Talk.open(stage.base);
  const said = [`< ${names.json(await talk.hear({ type: 'hello' }))}`];
  const run = stage.run.id;
  const types = ['run.started', 'slot.committed', 'run.completed'];
  const views = [
    { type: 'tree' },
    { type: 'actor', path: '/group/counter', observe: true },
    { type: 'timeline', filter: { types }, last: 3 },
    { type: 'runs' },
    { type: 'run', run },
    { type: 'processes' },
    { type: 'gauges' },
  ];
  const messages = [
    ...views.map((view, index) => ({ type: 'subscribe', id: index + 1, view })),
    { type: 'request', id: 21, ask: { type: 'actor', path: '/none' } },
    { type: 'request', id: 22, ask: { type: 'output', run, index: 0 } },
    { type: 'request', id: 23, ask: { type: 'rows', run, from: 0, limit: 1 } },
    { type: 'control', id: 24, control: { type: 'actor.stop', path: '/none' } },
    { type: 'control', id: 25, control: { type: 'run.resume', run } },
    { type: 'control', id: 26, control: { type: 'actor.restart', path: '/group/counter' } },
  ];
  for (const message of messages) {
    talk.say(message);
    said.push(`> ${names.line(message)}`, `< ${names.json(await talk.hear({ id: message.id }))}`);
  }
  talk.say({ type: 'nonsense' });
  said.push('> {"type":"nonsense"}', `< ${names.json(await talk.hear({ type: 'refused' }))}`);
  return said.map((line) => `${line}\n`).join('\n');
}
