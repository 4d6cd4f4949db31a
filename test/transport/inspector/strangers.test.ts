import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LIMITS } from '../../../src/transport/inspector/limits.js';
import { get, knock, listen, openDoors, TOKEN } from './doors.js';

const bearer = { authorization: `Bearer ${TOKEN}` };

interface Stranger {
  readonly socket: Socket;
  readonly closed: Promise<void>;
}

/** A connection that says this and then nothing, and never closes its end by itself. */
async function stranger(port: number, text = ''): Promise<Stranger> {
  const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).on('data', () => undefined);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()).on('end', () => resolve()));
  await new Promise((resolve) => socket.on('connect', resolve));
  if (text !== '') await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  return { socket, closed };
}

async function crowd(port: number, size: number, text = ''): Promise<Stranger[]> {
  return await Promise.all(Array.from({ length: size }, () => stranger(port, text)));
}

afterEach(() => {
  vi.useRealTimers();
});

const HEAD = 'GET /ws HTTP/1.1\r\nhost: 127.0.0.1\r\n';
const UPGRADE =
  'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

describe('connections without a token', () => {
  it('wait in an allowance of their own: one too many ends the one that waited longest', async () => {
    const { port } = await openDoors();
    const [first, ...others] = await crowd(port, LIMITS.strangers);
    await stranger(port);
    await first?.closed;
    expect(others.some(({ socket }) => socket.destroyed || socket.readableEnded)).toBe(false);
  });

  it('take nobody’s place who has one, however many come', async () => {
    const { port } = await openDoors();
    const { socket, heard } = await listen(port);
    await vi.waitFor(() => expect(heard).toContainEqual(expect.objectContaining({ type: 'hello' })));
    await crowd(port, LIMITS.strangers + 100);
    expect((await get(port, '/api/tree', { headers: bearer })).status).toBe(200);
    expect(await knock(port, '/ws', bearer)).toBe(101);
    socket.send('{"type":"request","id":7,"ask":{"type":"actor","path":"/missing"}}');
    await vi.waitFor(() => expect(heard).toContainEqual(expect.objectContaining({ id: 7 })));
  });

  it.each([
    ['silent', ''],
    ['slow with its headers', 'GET /api/tree HTTP/1.1\r\nhost: 127.0'],
    ['slow with its body', 'POST /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{'],
    ['in the middle of an upgrade', `${HEAD}upgrade: webso`],
    ['refused an upgrade', `${HEAD}${UPGRADE}\r\n`],
    ['with a wrong token', `${HEAD}${UPGRADE}authorization: Bearer wrong\r\n\r\n`],
    ['talking on', 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\nGET /healthz HT'],
  ])('end when their time is over: %s', async (_, text) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { port } = await openDoors();
    const known = await listen(port);
    const { closed } = await stranger(port, text);
    // Whoever comes later is met later: then the first one was met.
    expect((await get(port, '/healthz')).status).toBe(200);
    const before = performance.now();
    await vi.advanceTimersByTimeAsync(LIMITS.strangerMs);
    await closed;
    // Sooner than Node's own limits would have ended it.
    expect(performance.now() - before).toBeLessThan(8000);
    expect(known.socket.readyState).toBe(known.socket.OPEN);
  });

  it('ask once; with a token one connection serves for many questions', async () => {
    const { port } = await openDoors();
    expect((await get(port, '/healthz', { headers: { connection: 'keep-alive' } })).headers.connection).toBe('close');
    expect((await get(port, '/api/tree', { headers: { connection: 'keep-alive' } })).headers.connection).toBe('close');
    const known = await get(port, '/api/tree', { headers: { ...bearer, connection: 'keep-alive' } });
    expect(known.headers.connection).toBe('keep-alive');
  });
});
