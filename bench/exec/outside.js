// Whole commands: ours, xargs and GNU parallel, each over a file of lines, its output thrown away.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { built, temporaryFolder } from '../lib/espalier.js';
import { LANES } from '../lib/lanes.js';

const CLI = fileURLToPath(new URL('cli/main.js', built));

/** Whole commands by name: each answers the words and whether it reads the lines from standard input. */
const commands = {
  cli: (program, input, at) => [
    [process.execPath, CLI, 'run', '--exec', program.join(' '), '--input', input],
    ['--jobs', String(LANES), '--quiet', '--db', at('runs.db')],
  ],
  xargs: (program) => [['xargs', `-P${LANES}`, '-I{}', ...program]],
  parallel: (program, _input, at) => [
    ['parallel', '--will-cite', '--joblog', at('joblog'), `-j${LANES}`, ...program],
    // Without a place for the line it would be appended.
    program.includes('{}') ? [] : ['-n0'],
  ],
};

/** One whole command; each call of `measure(count)` is one of it, in a folder of its own. */
export function outside(name, program) {
  return {
    async measure(count) {
      const folder = temporaryFolder();
      try {
        const input = join(folder.path, 'input');
        writeFileSync(input, 'hello\n'.repeat(count));
        const at = (file) => join(folder.path, file);
        return { ms: await wallTime(commands[name](program, input, at).flat(), input), cpu: null };
      } finally {
        folder.remove();
      }
    },
    stop: () => {},
  };
}

async function wallTime([file, ...args], input) {
  const stdin = openSync(input, 'r');
  const began = performance.now();
  const child = spawn(file, args, { stdio: [stdin, 'ignore', 'pipe'] });
  closeSync(stdin);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${complaint}`);
  return performance.now() - began;
}

/** Whether `parallel` is GNU's; moreutils has another of that name. */
export function hasParallel() {
  const { stdout } = spawnSync('parallel', ['--version'], { encoding: 'utf8' });
  return stdout?.startsWith('GNU parallel') ?? false;
}
