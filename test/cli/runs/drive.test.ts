import { EspalierError } from 'espalier';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type DrivenRun, drive } from '../../../src/cli/runs/drive.js';
import { untilStopped } from '../../../src/cli/runs/until-stopped.js';

/** What is written to standard error until the test is over. */
function heard(): () => string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  return () => write.mock.calls.map(([text]) => String(text)).join('');
}

const full = new EspalierError('ESP_STORE_FULL', 'the disk is full');
const fails = () => Promise.reject(full);
const none = async function* () {
  yield* [];
};

it.each([true, false])('a run that its store let down says how to go on with it; quiet: %s', async (quiet) => {
  const said = heard();
  const run: DrivenRun = {
    id: 'r1',
    record: fails,
    done: fails,
    pause: fails,
    stop: fails,
    committed: none,
    finished: none,
  };
  const options = { from: 'start', quiet, debug: false, goOn: 'espalier continue r1', inspector: undefined } as const;
  expect(await drive(run, options)).toBe(1);
  expect(said()).toContain('espalier: the disk is full (ESP_STORE_FULL)\n');
  expect(said()).toMatch(/; go on with: espalier continue r1\n$/);
});

it.each([
  [0, 1],
  [1, 1],
  [130, 130],
])('a stop that fails is told, and takes the place of success alone: %d', async (code, left) => {
  const said = heard();
  expect(await untilStopped({ stop: fails }, false, async () => code)).toBe(left);
  expect(said()).toBe('espalier: the disk is full (ESP_STORE_FULL)\n');
});

it('a stop that fails hides no failure before it', async () => {
  const said = heard();
  const before = new EspalierError('ESP_INVALID', 'no such method');
  await expect(untilStopped({ stop: fails }, false, () => Promise.reject(before))).rejects.toBe(before);
  expect(said()).toBe('espalier: the disk is full (ESP_STORE_FULL)\n');
});
