import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../transport/process/support.js';

const script = fileURLToPath(new URL('../fixtures/crashing-host.mjs', import.meta.url));

/** A host whose tree ends by itself, in a process of its own. */
function host(kind: string) {
  const child = spawn(process.execPath, [script, kind], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { stderr: '', lines: [] as Record<string, unknown>[] };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.stderr += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => void said.lines.push(JSON.parse(line)));
  const closed = once(child, 'close').then(([code]) => code);
  return { child, said, closed };
}

describe('a tree that ends by itself', () => {
  it('is heard on standard error, with what crashed and where, and ends its process with 70', async () => {
    const { said, closed } = host('plain');
    expect(await closed).toBe(70);
    const lines = said.stderr.trimEnd().split('\n');
    expect(lines[0]).toBe('espalier shop: /orders crashed: no stock (Error)');
    expect(lines[1]).toMatch(/^ {4}at .*crashing-host\.mjs:\d+:\d+\)$/);
    expect(said.stderr).toContain('    caused by: TypeError: price is undefined\n');
    expect(said.stderr).toContain('espalier shop: / gives up: more than 3 restarts within 5000 ms');
    expect(said.stderr).toContain('espalier shop: /orders crashed: no stock (Error): 3 more times\n');
    expect(lines.at(-1)).toMatch(
      /^espalier shop: the system has ended by itself.*exit code of this process is now 70$/,
    );
    expect(lines.length).toBeLessThan(16);
    expect(said.lines).toEqual([
      {
        exit: {
          kind: 'shutdown',
          reason: expect.objectContaining({ type: 'max_restart_intensity', child: '/orders' }),
        },
      },
    ]);
  });

  it('leaves an exit code alone that the host has set, and is silent when it was stopped', async () => {
    const [told, asked] = [host('host'), host('asked')];
    expect(await told.closed).toBe(3);
    expect(told.said.stderr).toContain('exit code of this process is now 3');
    expect(await asked.closed).toBe(0);
    expect([asked.said.stderr, asked.said.lines]).toEqual(['', [{ exit: { kind: 'shutdown' } }]]);
  });

  it('is told to a listener in place of standard error, whose own failure is a warning', async () => {
    const [{ said, closed }, broken] = [host('listener'), host('broken')];
    expect(await closed).toBe(70);
    expect(said.stderr).toBe('');
    expect(said.lines.map(({ type, path, repeats }) => [type, path, repeats])).toEqual([
      ['actor.crashed', '/orders', 0],
      ['supervisor.escalated', '/', 0],
      ['actor.crashed', '/orders', 3],
      ['system.ended', '/', 0],
      [undefined, undefined, undefined],
    ]);
    expect(said.lines[0]?.stack).toMatch(/^Error: no stock\n/);
    expect(await broken.closed).toBe(70);
    expect(broken.said.stderr).toContain('the listener is broken');
  });

  it('answers 503 from then on where the process lives on', async () => {
    const { said, child } = host('server');
    await until('it serves', () => said.lines.length > 0, 30_000);
    const url = `http://127.0.0.1:${said.lines[0]?.port}/healthz`;
    await until('it has ended', () => said.lines.some((line) => 'exit' in line), 30_000);
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([503, 'ended\n']);
    expect(child.exitCode).toBeNull();
  });
});
