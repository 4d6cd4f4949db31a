import { connect as connectTcp } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../../src/transport/inspector/limits.js';
import { type Control, control as controlForm } from '../../../src/transport/inspector/protocol/request.js';
import { soon } from '../../support/soon.js';
import { get, knock, listen, openDoors, TOKEN } from './doors.js';
import { FakeHost } from './fake-host.js';

/** One of each kind. */
const CONTROLS: readonly Control[] = [
  { type: 'actor.stop', path: '/a' },
  { type: 'actor.kill', path: '/a' },
  { type: 'actor.restart', path: '/a' },
  { type: 'run.pause', run: 'r' },
  { type: 'run.resume', run: 'r' },
  { type: 'run.stop', run: 'r' },
  { type: 'job.cancel', job: 'j' },
  { type: 'job.retry', job: 'j' },
  { type: 'job.answer', job: 'j', question: 'q', value: { approved: true } },
  { type: 'queue.pause', queue: 'q' },
  { type: 'queue.resume', queue: 'q' },
  { type: 'schedule.pause', name: 's' },
  { type: 'schedule.resume', name: 's' },
];

const bearer = { authorization: `Bearer ${TOKEN}` };

describe('a token', () => {
  it.each(['/', '/api/tree', '/api/hello', '/events', '/metrics', '/assets/main-12345678.js', '/nothing'])(
    'is asked for at %s',
    async (path) => {
      const { port } = await openDoors();
      expect((await get(port, path)).status).toBe(401);
      expect((await get(port, path, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
      const withWrong = `${path}?token=${TOKEN.slice(0, -1)}`;
      expect((await get(port, withWrong)).status).toBe(401);
    },
  );

  it('is asked for in words a person can read, and that tell nothing', async () => {
    const { port } = await openDoors();
    for (const path of ['/', `/?token=${TOKEN}x`, '/api/tree']) {
      const { status, headers, body } = await get(port, path, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect(status).toBe(401);
      expect(headers['content-type']).toContain('text/html');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(body).toContain('The token is missing or wrong');
      for (const told of [TOKEN, 'fake', 'host-1']) expect(body).not.toContain(told);
    }
    expect((await get(port, '/')).headers['content-type']).toContain('application/json');
  });

  it('is asked for by the WebSocket', async () => {
    const { port } = await openDoors();
    expect(await knock(port, '/ws')).toBe(401);
    expect(await knock(port, '/ws?token=wrong')).toBe(401);
    expect(await knock(port, `/ws?token=${TOKEN}`)).toBe(101);
    expect(await knock(port, '/ws', bearer)).toBe(101);
    expect(await knock(port, '/elsewhere', bearer)).toBe(404);
  });

  it('may come in the address, in a header, or in the cookie that the page was given for it', async () => {
    const { port } = await openDoors();
    expect((await get(port, `/api/tree?token=${TOKEN}`)).status).toBe(200);
    expect((await get(port, '/api/tree', { headers: bearer })).status).toBe(200);
    const opened = await get(port, `/?token=${TOKEN}&view=tree`);
    expect(opened.status).toBe(302);
    expect(opened.headers.location).toBe('/?view=tree');
    const [cookie] = opened.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict$/);
    const page = await get(port, '/', { headers: { cookie: String(cookie).split(';')[0] ?? '' } });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<title>page</title>') });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(await knock(port, '/ws', { cookie: String(cookie).split(';')[0] ?? '' })).toBe(101);
  });

  it('is not needed to learn that the inspector lives', async () => {
    const { port } = await openDoors();
    expect(await get(port, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect((await get(port, '/healthz', { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  it('says to whoever watches over the process that a system has ended', async () => {
    const { host, port } = await openDoors();
    host.ended = true;
    expect(await get(port, '/healthz')).toMatchObject({ status: 503, body: 'ended\n' });
    expect((await get(port, '/healthz', { headers: { host: 'evil.example' } })).status).toBe(403);
  });
});

describe('another page', () => {
  it.each([
    ['a name that was bound to this address', { host: 'evil.example:4100' }],
    ['a name that begins like ours', { host: '127.0.0.1.evil.example' }],
    ['a name that ends like ours', { host: 'evil-localhost' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['a foreign origin of the same name', { origin: 'http://127.0.0.1:1' }],
    ['an origin without a name', { origin: 'null' }],
  ])('is refused with the right token: %s', async (_, headers) => {
    const { port } = await openDoors();
    expect((await get(port, '/api/tree', { headers: { ...bearer, ...headers } })).status).toBe(403);
    expect(await knock(port, `/ws?token=${TOKEN}`, { ...headers })).toBe(403);
  });

  it('of our own may come by every name of this machine', async () => {
    const { port } = await openDoors();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      const headers = { ...bearer, host, origin: `http://${host}` };
      expect((await get(port, '/api/tree', { headers })).status).toBe(200);
    }
  });
});

describe('reading only', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('answers %s with 405', async (method) => {
    const { port } = await openDoors();
    const refused = await get(port, '/api/tree', { method, headers: bearer });
    expect(refused).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it.each<Control>(CONTROLS)('refuses $type at every door, whatever the page says', async (wish) => {
    const host = new FakeHost();
    const control = vi.spyOn(host, 'control');
    const { port } = await openDoors({ host });
    const headers = { ...bearer, 'content-type': 'application/json' };
    const refused = await get(port, '/api/control', { method: 'POST', headers, body: JSON.stringify(wish) });
    expect(refused.status).toBe(405);
    expect(JSON.parse(refused.body)).toMatchObject({ error: { code: 'read_only' } });
    const { socket, heard } = await listen(port);
    socket.send(JSON.stringify({ type: 'control', id: 1, control: wish }));
    const answers = () => heard.filter(({ id }) => id === 1);
    await vi.waitFor(() => expect(answers()).not.toEqual([]), soon);
    expect(answers()).toEqual([expect.objectContaining({ type: 'refused', code: 'read_only' })]);
    expect(control).not.toHaveBeenCalled();
  });

  it('knows every control that there is, and lets each through at both doors where control is allowed', async () => {
    const kinds = controlForm.options.map(({ shape }) => shape.type.value);
    expect(CONTROLS.map(({ type }) => type).sort()).toEqual([...kinds].sort());
    const host = new FakeHost();
    const control = vi.spyOn(host, 'control');
    const { port } = await openDoors({ host, control: true });
    const { socket, heard } = await listen(port);
    const headers = { ...bearer, 'content-type': 'application/json' };
    for (const [id, wish] of CONTROLS.entries()) {
      const { status } = await get(port, '/api/control', { method: 'POST', headers, body: JSON.stringify(wish) });
      expect(status).toBe(200);
      socket.send(JSON.stringify({ type: 'control', id, control: wish }));
    }
    const answers = () => heard.filter(({ type }) => type === 'answer');
    await vi.waitFor(() => expect(answers()).toHaveLength(CONTROLS.length), soon);
    expect(control).toHaveBeenCalledTimes(2 * CONTROLS.length);
  });

  it('ends where control is allowed; a form of another page is no control even then', async () => {
    const { port } = await openDoors({ control: true });
    const body = JSON.stringify({ type: 'actor.kill', path: '/a' });
    const send = (type: string, text = body) =>
      get(port, '/api/control', { method: 'POST', headers: { ...bearer, 'content-type': type }, body: text });
    expect((await send('application/json')).status).toBe(200);
    expect((await send('text/plain')).status).toBe(415);
    expect((await send('application/json', '{"type":"everything"}')).status).toBe(400);
    expect((await send('application/json', 'x'.repeat(LIMITS.message * 2))).status).toBe(400);
  });
});

describe('the page', () => {
  it.each([
    '/../secret.html',
    '/assets/../../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/assets/..%5c..%5csecret.html',
    '//secret.html',
    '/./../secret.html',
    '/secret.html%00.js',
    '/page/../../secret.html',
  ])('never leads out of its folder: %s', async (path) => {
    const { port } = await openDoors();
    const answered = await get(port, path, { headers: bearer });
    expect(answered.status).toBe(404);
    expect(answered.body).not.toContain('SECRET');
  });

  it('is found where it is mounted, and nowhere else', async () => {
    const { port } = await openDoors({ base: '/inspector' });
    expect((await get(port, '/inspector/', { headers: bearer })).status).toBe(200);
    expect((await get(port, `/inspector/?token=${TOKEN}`)).headers.location).toBe('/inspector/');
    expect((await get(port, '/inspector/assets/main-12345678.js', { headers: bearer })).status).toBe(200);
  });
});

describe('what a client sends', () => {
  it.each([
    ['no JSON', 'hello'],
    ['no message', '{"type":"everything"}'],
    ['a list', '[]'],
    ['an id that is none', '{"type":"unsubscribe","id":-1}'],
    ['a path that is no text', '{"type":"request","id":1,"ask":{"type":"actor","path":{}}}'],
    ['a prototype', '{"__proto__":{"type":"unsubscribe"},"id":1}'],
    ['a view that does not exist', '{"type":"subscribe","id":1,"view":{"type":"environment"}}'],
  ])('is refused and harms nobody when it is %s', async (_, text) => {
    const { port, faults } = await openDoors();
    const { socket, heard } = await listen(port);
    socket.send(text);
    await vi.waitFor(
      () => expect(heard).toContainEqual(expect.objectContaining({ type: 'refused', code: 'invalid' })),
      soon,
    );
    expect(faults).toEqual([]);
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it('ends the connection when it is too large, or binary', async () => {
    const { port } = await openDoors();
    const large = await listen(port);
    large.socket.send('x'.repeat(LIMITS.message + 1));
    expect(await large.closed).toBe(1009);
    const binary = await listen(port);
    binary.socket.send(Buffer.from('{}'));
    expect([await binary.closed, binary.reason()]).toEqual([1000, 'binary frames are not spoken here']);
  });

  it('ends the connection when it is too much', async () => {
    const { port } = await openDoors();
    const { socket, closed, reason } = await listen(port);
    for (let i = 0; i < LIMITS.messagesPerSecond * 3; i += 1) socket.send('{"type":"unsubscribe","id":1}');
    expect([await closed, reason()]).toEqual([1000, 'too many messages']);
  });

  it('opens no more subscriptions than a client may have', async () => {
    const { port } = await openDoors();
    const { socket, heard } = await listen(port);
    for (let id = 0; id <= LIMITS.subscriptions; id += 1) {
      socket.send(JSON.stringify({ type: 'subscribe', id, view: { type: 'runs' } }));
    }
    await vi.waitFor(
      () => expect(heard).toContainEqual(expect.objectContaining({ type: 'refused', code: 'busy' })),
      soon,
    );
  });

  it('without a name is refused', async () => {
    const { port } = await openDoors();
    const socket = connectTcp(port, '127.0.0.1');
    socket.write(`GET /api/tree?token=${TOKEN} HTTP/1.0\r\n\r\n`);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 403/);
  });

  it('that is no HTTP is answered by nobody', async () => {
    const { port } = await openDoors();
    const socket = connectTcp(port, '127.0.0.1');
    socket.write('\x00\x01 GET /api/tree\r\n\r\n');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect((await get(port, '/healthz')).status).toBe(200);
  });
});

describe('the log', () => {
  const logsOf = async (see: (host: FakeHost) => void) => {
    const { host, port } = await openDoors();
    see(host);
    host.text = { stdout: 'what it wrote', stderr: '', truncated: false };
    return JSON.parse((await get(port, '/api/logs?path=/s', { headers: bearer })).body);
  };

  it('of a service is that of its worker, in the life that wrote it', async () => {
    const waits = await logsOf((host) => {
      host.see('/s', 'backingOff', 1, 'service');
      host.see('/s/worker', 'exited', 9, 'worker');
    });
    expect(waits).toMatchObject({ incarnation: 9, living: false, stdout: 'what it wrote' });
    const lives = await logsOf((host) => {
      host.see('/s', 'ready', 1, 'service');
      host.see('/s/worker', 'running', 10, 'worker');
    });
    expect(lives).toMatchObject({ incarnation: 10, living: true });
  });
});

describe('the event stream', () => {
  const read = (body: string) =>
    body
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => JSON.parse(block.slice(block.indexOf('data: ') + 6)));

  it('of a dead host is the whole journal, then the end, and nothing for those who come back', async () => {
    const host = new FakeHost('gone');
    for (let i = 0; i < 700; i += 1) host.emit({ type: 'run.paused', data: { run: 'r' } });
    const { port } = await openDoors({ host });
    const { body, headers } = await get(port, '/events', { headers: { ...bearer, 'last-event-id': '0' } });
    expect(headers['content-type']).toContain('text/event-stream');
    const messages = read(body);
    const seqs = messages.flatMap((message) => message.events ?? []).map(({ seq }: { seq: number }) => seq);
    expect(seqs).toEqual(host.events.map(({ seq }) => seq));
    expect(messages.at(-1)).toEqual({ type: 'end', seq: 700, reason: 'dead' });
    const [, last] = /id: (\d+)\n(?![\s\S]*id: )/.exec(body) ?? [];
    expect((await get(port, '/events', { headers: { ...bearer, 'last-event-id': String(last) } })).status).toBe(204);
  });

  it('goes on after what was read', async () => {
    const host = new FakeHost('gone');
    for (let i = 0; i < 20; i += 1) host.emit({ type: 'run.paused', data: { run: `r${i % 2}` } });
    const { port } = await openDoors({ host });
    const { body } = await get(port, '/events?run=r1', { headers: { ...bearer, 'last-event-id': '15' } });
    const seqs = read(body).flatMap((message) => (message.events ?? []).map(({ seq }: { seq: number }) => seq));
    expect(seqs).toEqual([16, 18, 20]);
  });

  it('refuses a view that there is not', async () => {
    const { port } = await openDoors();
    expect((await get(port, '/events?view=environment', { headers: bearer })).status).toBe(400);
  });
});

describe('metrics', () => {
  it('are in the form of Prometheus', async () => {
    const { host, port } = await openDoors();
    host.see('/a', 'exited');
    host.see('/b"\n', 'idle');
    const { body, headers } = await get(port, '/metrics', { headers: bearer });
    expect(headers['content-type']).toContain('version=0.0.4');
    for (const line of body.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? [\d.]+)$/);
    }
    expect(body).toContain('espalier_actors{health="ok"} 1');
  });
});
