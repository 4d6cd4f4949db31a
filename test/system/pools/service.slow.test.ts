import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ServiceOptions, service } from 'espalier';
import { describe, expect, it, vi } from 'vitest';
import { lives, until } from '../../transport/process/support.js';
import { create, Marks, ownForkers, remains, start } from '../support/support.js';

// It starts many processes, and that takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const script = (text: string, more: Partial<ServiceOptions> = {}) =>
  service({ id: 'svc', command: ['sh', '-c', text], graceMs: 500, ...more });

/** A TCP port that nobody uses now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Whether a promise has settled by the time that a mark is there. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false };
  const note = () => {
    state.settled = true;
  };
  promise.then(note, note);
  return state;
}

describe('a service has started', () => {
  it('when something accepts connections at its port', async () => {
    const [marks, port] = [new Marks(), await freePort()];
    const listen = `use IO::Socket::INET; $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:${port}", Listen => 5, ReuseAddr => 1); sleep 300`;
    const text = `${marks.mark('up')}; ${marks.gate('go')}; exec perl -e '${listen}'`;
    const starting = start({ children: [script(text, { ready: { port } })] });
    const state = watch(starting);
    await marks.pid('up');
    expect(state.settled).toBe(false);
    marks.open('go');
    const system = await starting;
    expect(system.tree().find(({ path }) => path === '/svc')).toMatchObject({ role: 'service', state: 'ready' });
  });

  it.each([
    ['a text on stdout', { log: 'now serving' }, ''],
    ['a pattern on stderr', { log: /serving$/ }, ' >&2'],
  ])('when a line of its output matches: %s', async (_, ready, where) => {
    const marks = new Marks();
    const text = `echo starting; ${marks.mark('up')}; ${marks.gate('go')}; echo "it is now serving"${where}; exec sleep 300`;
    const starting = start({ children: [script(text, { ready })] });
    const state = watch(starting);
    await marks.pid('up');
    expect(state.settled).toBe(false);
    marks.open('go');
    await starting;
  });

  it('when it notifies on the descriptor that it was given', async () => {
    const marks = new Marks();
    const text = `${marks.mark('up')}; ${marks.gate('go')}; echo READY=1 >&$ESPALIER_FD; exec sleep 300`;
    const starting = start({ children: [script(text, { ready: { notify: true } })] });
    const state = watch(starting);
    await marks.pid('up');
    expect(state.settled).toBe(false);
    marks.open('go');
    await starting;
  });

  it('with the words of its command as they stand: it has no input that could fill braces', async () => {
    const command = ['sh', '-c', 'echo "$@"; exec sleep 300', 'sh', '{}', '{name}', '{{'] as const;
    await start({ children: [service({ id: 'svc', command: [...command], ready: { log: '{} {name} {{' } })] });
  });

  it('as soon as it runs, when nothing says how it shows', async () => {
    const marks = new Marks();
    await start({ children: [script(`${marks.mark('up')}; exec sleep 300`)] });
    await marks.pid('up');
  });

  it.each<[string, string, Partial<ServiceOptions>, RegExp]>([
    ['ends before it is ready', 'echo broken >&2; exit 3', { ready: { log: 'never' } }, /exit code 3/],
    ['is not ready in time', 'exec sleep 300', { ready: { log: 'never' }, readyMs: 100 }, /in time/],
  ])('not when it %s: its start has failed, and nothing is left', async (_, text, options, why) => {
    await expect(create({ children: [script(text, options)] })).rejects.toMatchObject({
      message: expect.stringMatching(why),
    });
    expect(ownForkers()).toEqual([]);
  });
});

describe('a service that ends', () => {
  it.each(['exit 0', 'exit 9', 'kill -KILL $$'])('is replaced, once its predecessor is gone: %s', async (end) => {
    const marks = new Marks();
    const [old, overlap] = [join(marks.folder, 'old'), join(marks.folder, 'overlap')];
    // A zombie that nobody has collected yet is dead.
    const state = `"$(cut -d' ' -f3 /proc/$(cat ${old})/stat 2>/dev/null)"`;
    const check = `if [ -e ${old} ]; then case ${state} in ''|Z) ;; *) touch ${overlap};; esac; fi`;
    const first = `setsid sh -c 'trap "" TERM; ${marks.mark('old')}; sleep 300' & ${marks.mark('first')}; ${marks.gate('go')}; ${end}`;
    const text = `${check}; if [ -e ${join(marks.folder, 'first')} ]; then ${marks.mark('second')}; exec sleep 300; else ${first}; fi`;
    await start({ children: [script(text)] });
    const pid = await marks.pid('first');
    await marks.pid('old');
    marks.open('go');
    const next = await marks.pid('second');
    expect([lives(pid), lives(next)]).toEqual([false, true]);
    if (end !== 'exit 0') expect(existsSync(overlap)).toBe(false);
  });

  it('again and again closes, and its supervisor decides', async () => {
    const marks = new Marks();
    const count = join(marks.folder, 'count');
    const text = `echo x >> ${count}; [ $(wc -l < ${count}) -gt 1 ] && { echo gone >&2; exit 4; }; ${marks.mark('up')}; echo ready; sleep 0.1; exit 0`;
    const system = await start({ intensity: 1, children: [script(text, { ready: { log: 'ready' } })] });
    const last =
      /^its restart failed: ESP_WORKER_BOOT: \/svc: \d boots .* it ended with exit code 4 .* last words: gone$/;
    expect(await system.ended).toMatchObject({ kind: 'shutdown', reason: { reason: expect.stringMatching(last) } });
    // One that served, five boots that failed, and one start of the supervisor's that failed with each restart.
    expect(readFileSync(count, 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(7);
    expect(remains(system.runId)).toEqual([]);
  });
});

describe('the health of a service', () => {
  const healthy = { everyMs: 10, timeoutMs: 50, failures: 3 };

  it.each<[string, () => boolean | Promise<boolean>]>([
    ['says no', () => false],
    ['throws', () => Promise.reject(new Error('refused'))],
    ['does not answer', () => new Promise<boolean>(() => undefined)],
  ])('when its check %s three times in a row, it is replaced', async (_, bad) => {
    const marks = new Marks();
    let checks = 0;
    const check = () => {
      checks += 1;
      return marks.has('second') ? true : bad();
    };
    const text = `if [ -e ${join(marks.folder, 'first')} ]; then ${marks.mark('second')}; else ${marks.mark('first')}; fi; echo up; exec sleep 300`;
    // It is ready, and looked after, once its mark is left.
    await start({ children: [script(text, { ready: { log: 'up' }, health: { ...healthy, check } })] });
    const first = await marks.pid('first');
    const second = await marks.pid('second');
    expect([lives(first), lives(second)]).toEqual([false, true]);
    expect(checks).toBeGreaterThanOrEqual(3);
  });

  it('may fail twice in a row', async () => {
    const marks = new Marks();
    let checks = 0;
    const check = () => ++checks % 3 === 0;
    const system = await start({
      children: [script(`${marks.mark('up')}; exec sleep 300`, { health: { ...healthy, check } })],
    });
    const pid = await marks.pid('up');
    await until('it was checked often', () => checks > 12, 10_000);
    expect(lives(pid)).toBe(true);
    expect(system.whereis('/svc/worker')?.incarnation).toBe(1);
    await system.stop();
    const last = checks;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(checks).toBe(last);
  });
});

describe('a service that is stopped', () => {
  it('is asked first, and killed when its grace is over', async () => {
    const marks = new Marks();
    const polite = `trap '${marks.mark('tidied')}; exit 0' TERM; ${marks.mark('polite')}; while :; do sleep 0.02; done`;
    const deaf = `trap '' TERM; ${marks.mark('deaf')}; while :; do sleep 0.02; done`;
    const children = [script(polite, { graceMs: 20_000 }), script(deaf, { id: 'deaf', graceMs: 100 })];
    const system = await start({ children });
    const pids = await Promise.all([marks.pid('polite'), marks.pid('deaf')]);
    await system.stop();
    expect(marks.has('tidied')).toBe(true);
    expect(pids.filter(lives)).toEqual([]);
    expect(remains(system.runId)).toEqual([]);
  });
});
