// Programs spawned by this process itself: bare, and with one after the other of what Espalier adds to each spawn.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { fromBuilt, temporaryFolder } from '../lib/espalier.js';

const environment = { ...process.env };

/** What a stream carried, once it has closed. */
export function collect(stream) {
  return new Promise((resolve, reject) => {
    let text = '';
    stream
      .setEncoding('utf8')
      .on('data', (chunk) => {
        text += chunk;
      })
      .on('close', () => resolve(text))
      .on('error', reject);
  });
}

async function outputOf(child, stdout, stderr, cut) {
  const [text] = await Promise.all([collect(stdout), collect(stderr), once(child, 'exit'), cut]);
  return text;
}

/** `child_process.spawn` with Node's own pipes. */
export function bare([file, ...args]) {
  return {
    one: () => {
      const child = spawn(file, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
      return outputOf(child, child.stdout, child.stderr);
    },
  };
}

/** Its own session, and FIFOs that were made ahead in place of pipes. */
export const withFifos = (command) => fifos(command, ([file, ...args]) => ({ file, args, lifeline: false }));

/** And a shell in front that becomes the program. */
export const withShell = (command) =>
  fifos(command, (words) => ({ file: '/bin/sh', args: ['-c', 'exec "$@"', 'sh', ...words], lifeline: false }));

/** And the guard's watcher, cut loose at the end without looking whether it goes. */
export const withWatcher = (command) => guarded(command, false);

/** And its end is waited for. */
export const withGroupKill = (command) => guarded(command, true);

async function guarded(command, awaited) {
  const { guardCommand } = await fromBuilt('transport/process/scripts/guard.js');
  const cwd = process.cwd();
  return fifos(command, (words) => {
    const order = { label: 'bench:/x', command: words, cwd, env: environment, cookie: 'bench.1.1', port: false };
    return { ...guardCommand(order), lifeline: true, awaited };
  });
}

function fifos(command, wrap) {
  const folder = temporaryFolder();
  let made = 0;
  let taken = 0;
  return {
    /** Makes enough of them; not part of what is measured here. */
    prepare(count) {
      const names = Array.from({ length: count }, (_, i) => [`${made + i}.out`, `${made + i}.err`]).flat();
      for (let from = 0; from < names.length; from += 512) {
        const { status } = spawnSync('mkfifo', names.slice(from, from + 512), { cwd: folder.path });
        if (status !== 0) throw new Error('mkfifo failed');
      }
      made += count;
    },
    one: () => startWithFifos(folder.path, taken++, wrap(command)),
    stop: folder.remove,
  };
}

async function startWithFifos(folder, number, { file, args, env = environment, lifeline, awaited }) {
  const names = ['out', 'err'].map((kind) => join(folder, `${number}.${kind}`));
  const readEnds = names.map((name) => openSync(name, constants.O_RDONLY | constants.O_NONBLOCK));
  const writeEnds = names.map((name) => openSync(name, constants.O_WRONLY | constants.O_NONBLOCK));
  for (const name of names) unlinkSync(name);
  const stdio = ['ignore', ...writeEnds, ...(lifeline ? ['ignore', 'pipe'] : [])];
  const child = spawn(file, args, { env, detached: true, stdio });
  for (const fd of writeEnds) closeSync(fd);
  const [stdout, stderr] = readEnds.map((fd) => new Socket({ fd, readable: true, writable: false }));
  return outputOf(child, stdout, stderr, lifeline && cutLoose(child, awaited));
}

/** Ends the lifeline once the program has ended, and waits for the watcher if that is wanted. */
async function cutLoose(child, awaited) {
  const lifeline = child.stdio[4];
  lifeline.resume();
  const closed = once(lifeline, 'close');
  await once(child, 'exit');
  lifeline.end();
  if (awaited) await closed;
}
