// From nothing to the first answered call: a system with a pool of one worker, beside what the interpreter alone takes.
//
//   npm run build && node bench/first-call.mjs [--rounds 7]
//
// `process`: a new Node process that imports the package, makes a system, and prints the answer; `system`: the part from
// `createSystem` on, in a process that runs already; `bare`: the interpreter, started and ended with nothing to do.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { createSystem, pool } from '../dist/index.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' }, once: { type: 'string' } } });
const run = promisify(execFile);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const python = process.env.ESPALIER_TEST_PYTHON ?? 'python3';
const env = { PYTHONPATH: file('../sdk/python'), PYTHONDONTWRITEBYTECODE: '1' };
const commands = {
  node: [process.execPath, file('protocol/echo.mjs')],
  python: [python, file('protocol/echo.py')],
};
const bare = { node: [process.execPath, ['-e', '0']], python: [python, ['-c', '0']] };

if (values.once) {
  await firstCall(commands[values.once]);
} else {
  console.log('worker    process    system      bare');
  for (const language of Object.keys(commands)) {
    const times = { process: [], system: [], bare: [] };
    for (let round = 0; round < Number(values.rounds); round++) {
      times.process.push(await timed(() => run(process.execPath, [file('first-call.mjs'), '--once', language])));
      times.system.push(await firstCall(commands[language]));
      times.bare.push(await timed(() => run(...bare[language])));
    }
    const cells = Object.values(times).map((list) => `${median(list).toFixed(0)} ms`.padStart(10));
    console.log(language.padEnd(7), ...cells);
  }
}

/** Milliseconds from `createSystem` to the answer; what is stopped afterwards does not count. */
async function firstCall(command) {
  let system;
  const took = await timed(async () => {
    system = await createSystem({
      name: 'bench',
      store: ':memory:',
      children: [pool({ id: 'echo', command, env, size: 1 })],
    });
    await system.pool('echo').call('echo', { text: 'hello' });
  });
  await system.stop();
  return took;
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(list) {
  return list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
}
