import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { espalier, espalierHere, LiveCommand, newFolder } from '../../cli/espalier.js';

const HOME = fileURLToPath(new URL('../../../', import.meta.url));
const HOST = fileURLToPath(new URL('host.mjs', import.meta.url));

/** The versions of which there are stores. */
export const VERSIONS = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.startsWith('version-'))
  .map((name) => Number(name.slice('version-'.length)));
/** The script of a slot of the run that was interrupted. */
const SLOT = readFileSync(new URL('slots.sh', import.meta.url), 'utf8');
/** Its input. */
export const INPUTS = Array.from({ length: 24 }, (_, index) => `number ${index}`);

const identified = z.object({ run: z.string() });
const fact = z.object({ seq: z.number(), at: z.number(), type: z.string() });

/** A store that a killed host of an older version has left, brought up to date by the janitor, as a user would. */
export class OldStore {
  readonly folder = newFolder();
  readonly file = join(this.folder, 'store.db');
  readonly sql: string;
  /** The ids of its only run, and of the host that was killed. */
  readonly run: string;
  readonly host: string;
  /** Its journal, as it was left. */
  readonly events: readonly z.infer<typeof fact>[];

  constructor(version: number, name: string) {
    this.sql = readFileSync(new URL(`version-${version}/${name}.sql`, import.meta.url), 'utf8');
    const db = new Database(this.file);
    db.exec(this.sql);
    // Where the clock is behind that of the machine on which it was made, its hosts would be living ones.
    db.prepare('UPDATE hosts SET heartbeat_at = min(heartbeat_at, ?)').run(Date.now() - 3_600_000);
    this.run = z.string().parse(db.prepare('SELECT run FROM runs').pluck().get());
    this.host = z.string().parse(db.prepare('SELECT run_id FROM hosts ORDER BY started_at').pluck().get());
    const events = db.prepare('SELECT seq, at, type FROM events ORDER BY seq').all();
    this.events = events.map((event) => fact.parse(event));
    db.close();
  }

  static async open(version: number, name: string): Promise<OldStore> {
    const store = new OldStore(version, name);
    await store.ask('janitor');
    return store;
  }

  /** Standard output of a command of the command line, which must succeed. */
  async ask(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await espalierHere(this.folder, [...args, '--db', this.file]);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  async lines(...args: readonly string[]): Promise<unknown[]> {
    return linesOf(await this.ask(...args, '--json'));
  }

  /** When what happened, as the command line tells it. */
  async journal(): Promise<z.infer<typeof fact>[]> {
    return (await this.lines('events')).map((event) => fact.parse(event));
  }

  /** What a host of the present version tells that finds it: see host.mjs. */
  async found(...args: readonly string[]): Promise<unknown> {
    const host = spawn(process.execPath, [HOST, HOME, this.file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void host.kill('SIGKILL'));
    const [out, said] = [heard(host.stdout), heard(host.stderr)];
    const [code] = await once(host, 'close');
    if (code !== 0) throw new Error(`the host ended with ${code}: ${said()}`);
    return linesOf(out())[0];
  }
}

/** Opens the gate of the slots, in a new folder where these have failed once before. */
export function openGate(tried: readonly number[] = []): string {
  const folder = newFolder();
  for (const name of ['gate', ...tried.map((index) => `tried-${index}`)]) writeFileSync(join(folder, name), '');
  vi.stubEnv('ESPALIER_FROZEN', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

/** The digest of the run of those slots when nothing interrupts it. */
export async function digestOfWhole(): Promise<unknown> {
  const folder = openGate();
  const file = join(folder, 'store.db');
  const options = ['--shell', '--exec', SLOT, '--input', '-', '--jobs', '3', '--retries', '1', '--db', file];
  await espalier(folder, ['run', ...options, '--quiet'], INPUTS.map((input) => `${input}\n`).join(''));
  const { run } = identified.parse(linesOf((await espalierHere(folder, ['runs', '--json', '--db', file])).stdout)[0]);
  return digestIn((await espalierHere(folder, ['show', run, '--json', '--db', file])).stdout);
}

export function digestIn(shown: string): unknown {
  return z.object({ digest: z.string() }).parse(JSON.parse(shown)).digest;
}

function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** What the inspector of a host in a store answers, by the name of the door. */
export async function inspected(store: OldStore, host: string): Promise<(door: string) => Promise<string>> {
  const command = new LiveCommand(store.folder, ['inspect', store.file, '--host', host]);
  const [, url = ''] = await command.says(/^inspect (\S+)$/m);
  const { origin, searchParams } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  return async (door) => await (await fetch(`${origin}${door}`, { headers })).text();
}

/** The events of a stream of the inspector, which has come to its end. */
export function streamed(text: string): z.infer<typeof fact>[] {
  const messages = [...text.matchAll(/^event: events\ndata: (.*)$/gm)];
  return messages.flatMap(([, data = '']) => z.object({ events: z.array(fact) }).parse(JSON.parse(data)).events);
}

function heard(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
