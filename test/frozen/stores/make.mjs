// Makes the stores of one version: `node test/frozen/stores/make.mjs PACKAGE`, with the folder of a package of that version,
// `dist` and `node_modules` in it. As root, with cc: a suspect is what nobody may signal. See README.md.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { dump } from '../../persistence/fixtures/dump.js';

const home = resolve(process.argv[2]);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const espalier = join(home, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'espalier-frozen-'));
const NOBODY = { uid: 65534, gid: 65534 };
const INPUTS = Array.from({ length: 24 }, (_, index) => `number ${index}\n`).join('');

try {
  chownSync(folder, NOBODY.uid, NOBODY.gid);
  chmodSync(folder, 0o755);
  for (const make of [makeInterrupted, makeSuspect, makeSaved]) await make();
} finally {
  rmSync(folder, { recursive: true });
}

async function makeInterrupted() {
  const whole = start('whole', ['run', ...runOptions('whole')], { gate: true });
  let said = '';
  whole.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  await once(whole, 'close');
  const [, run] = /^run (\S+)$/m.exec(said);
  const shown = JSON.parse(look('whole', 'show', run));
  const host = start('interrupted', ['run', ...runOptions('interrupted')], { gate: false });
  await holds(
    'interrupted',
    'all wait for the gate',
    `
    (SELECT count(*) FROM rows) = 4
    AND (SELECT group_concat(idx) FROM (SELECT idx FROM attempts JOIN jobs USING (job) JOIN processes USING (spawn_id)
      WHERE processes.state = 'live' AND attempts.state = 'running' ORDER BY idx)) = '4,5,7'
    AND (SELECT count(*) FROM attempts JOIN jobs USING (job) WHERE idx = 5) = 2
    AND (SELECT state FROM jobs WHERE idx = 6) = 'succeeded'
    AND EXISTS (SELECT 1 FROM jobs WHERE state = 'queued')`,
  );
  await kill(host, 'interrupted');
  keep('interrupted', `-- The same run, never interrupted, has the digest ${shown.digest}`);
}

/** The janitor of that version cannot end what a killed host has left, for it belongs to root. */
async function makeSuspect() {
  const program = join(folder, 'changes-user');
  if (spawnSync('cc', ['-o', program, here('../../process/fixtures/changes-user.c')]).status !== 0)
    throw new Error('no cc');
  chmodSync(program, 0o4755);
  const slots = JSON.stringify([program, '/bin/true']);
  const host = startHost('suspect', ['slots', '["{}"]', slots], NOBODY);
  await holds(
    'suspect',
    'one runs and one has ended',
    `
    (SELECT count(*) FROM processes WHERE state = 'live') = 1 AND (SELECT state FROM jobs WHERE idx = 1) = 'succeeded'`,
  );
  await kill(host, 'suspect');
  const janitor = spawnSync(process.execPath, [espalier, 'janitor', '--db', file('suspect')], { ...NOBODY, cwd: '/' });
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (commandOf(pid) === program) process.kill(Number(pid), 'SIGKILL');
  }
  await holds(
    'suspect',
    `it is suspect: ${janitor.stderr}`,
    "(SELECT count(*) FROM processes WHERE state = 'suspect') = 1",
  );
  keep('suspect', '-- One slot of its run was running when the host was killed; its process could not be ended');
}

async function makeSaved() {
  const slots = JSON.stringify(['echo out; echo grüezi >&2', "printf '\\377\\376'", 'exit 3']);
  const host = startHost('saved', ['saved', '["sh","-c","{}"]', slots]);
  await holds('saved', 'it is there', 'EXISTS (SELECT 1 FROM hosts)');
  const keepsLogs = has('saved', "EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'log_chunks')");
  await holds(
    'saved',
    'seven are counted',
    `
    (SELECT state ->> '$.snapshot.context.count' FROM snapshots WHERE kind = 'snapshot') = 7
    ${keepsLogs ? 'AND (SELECT count(*) FROM log_chunks) = 2' : ''}`,
  );
  await kill(host, 'saved');
  keep(
    'saved',
    '-- A machine in the state "odd" that has counted to 7, a session, three outputs, and logs from version 4 on',
  );
}

function file(name) {
  return join(folder, name, 'store.db');
}

function runOptions(name) {
  const script = readFileSync(here('slots.sh'), 'utf8');
  return ['--shell', '--exec', script, '--input', '-', '--jobs', '3', '--retries', '1', '--db', file(name)];
}

function start(name, args, { gate }) {
  makeFolder(name);
  if (gate) writeFileSync(join(folder, name, 'gate'), '');
  const env = { ...process.env, ESPALIER_FROZEN: join(folder, name) };
  const child = spawn(process.execPath, [espalier, ...args], { cwd: '/', env, stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(INPUTS);
  return child;
}

function startHost(name, [kind, ...args], user = {}) {
  makeFolder(name);
  return spawn(process.execPath, [here('host.mjs'), home, file(name), kind, ...args], {
    ...user,
    cwd: '/',
    stdio: ['pipe', 'inherit', 'inherit'],
  });
}

function makeFolder(name) {
  mkdirSync(join(folder, name));
  chownSync(join(folder, name), NOBODY.uid, NOBODY.gid);
}

function look(name, ...args) {
  return spawnSync(process.execPath, [espalier, ...args, '--json', '--db', file(name)], { encoding: 'utf8' }).stdout;
}

function has(name, condition) {
  const db = new Database(file(name), { readonly: true, fileMustExist: true });
  try {
    return db.prepare(`SELECT ${condition}`).pluck().get() === 1;
  } finally {
    db.close();
  }
}

async function holds(name, what, condition) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      if (has(name, condition)) return;
    } catch {
      // Not made yet.
    }
    if (Date.now() > deadline) throw new Error(`${name}: never was it so that ${what}`);
    await wait(20);
  }
}

/** Kills a host, and waits until its forker, which ends what it can, is gone too. */
async function kill(host, name) {
  const ended = once(host, 'exit');
  host.kill('SIGKILL');
  await ended;
  const db = new Database(file(name), { readonly: true });
  const forker = db.prepare("SELECT forker ->> '$.identity.pid' FROM hosts").pluck().get();
  db.close();
  while (commandOf(forker).startsWith('espalier-forker')) await wait(20);
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0];
  } catch {
    return '';
  }
}

function keep(name, said) {
  const sql = dump(file(name));
  const [, version] = /user_version = (\d+)/.exec(sql);
  const to = here(`version-${version}`);
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, `${name}.sql`), `${said}\n${sql}`);
  console.log(`version-${version}/${name}.sql`);
}
