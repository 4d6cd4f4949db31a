import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { line } from '../../transport/process/support.js';

const built = new URL('../../../dist/cli/runs/signals.js', import.meta.url).href;

/** A program that says what is asked of it, and ends by itself never. */
const program = `import { Signals } from ${JSON.stringify(built)};
  const said = (what) => () => console.log(what);
  new Signals({ pause: said('pause'), pausing: () => {}, stop: (signal) => console.log('stop', signal) });
  setInterval(() => {}, 1000);
  console.log('ready');`;

async function started() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  expect(await line(child.stdout)).toBe('ready');
  return { child, exit, said: () => line(child.stdout) };
}

it('the first Ctrl-C pauses, the second stops, and the third ends the command at once, as a shell says it', async () => {
  const { child, exit, said } = await started();
  // Pressed until it is heard: two within a moment count as one.
  const press = setInterval(() => child.kill('SIGINT'), 400);
  onTestFinished(() => clearInterval(press));
  expect([await said(), await said()]).toEqual(['pause', 'stop SIGINT']);
  expect(await exit).toEqual([130, null]);
  expect(child.stdout.read()).toBeNull();
});

it.each(['SIGTERM', 'SIGHUP'] as const)('%s stops, however often it comes', async (signal) => {
  const { child, said } = await started();
  for (let n = 0; n < 3; n += 1) {
    child.kill(signal);
    expect(await said()).toBe(`stop ${signal}`);
  }
  expect(child.exitCode).toBeNull();
});
