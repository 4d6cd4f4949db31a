import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { get, openDoors, TOKEN } from './doors.js';
import { FakeHost } from './fake-host.js';

const bearer = { authorization: `Bearer ${TOKEN}` };

const ROUTES = [
  '/',
  '/assets/main-12345678.js',
  '/api/hello',
  '/api/tree',
  '/api/runs',
  '/api/processes',
  '/api/actor?path=/a',
  '/api/actor?path=/missing',
  '/api/actor',
  '/api/logs?path=/a',
  '/api/output?run=r&index=0',
  '/api/rows?run=r&from=0&limit=1',
  '/api/why?target=/a',
  '/metrics',
  '/healthz',
  '/nothing',
  `/?token=${TOKEN}`,
  '/events?view=environment',
];

/** All that comes back on one connection, until it ends. */
function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (more) => {
      heard += more;
    });
    socket.on('close', () => resolve(heard)).on('error', () => undefined);
    socket.write(text);
  });
}

describe('HEAD', () => {
  it.each(ROUTES)('is answered at %s as GET is, without the body', async (path) => {
    const { host, port } = await openDoors();
    host.see('/a', 'idle');
    const [asked, head] = [
      await get(port, path, { headers: bearer }),
      await get(port, path, { method: 'HEAD', headers: bearer }),
    ];
    expect(head.status).toBe(asked.status);
    expect(head.headers['content-type']).toBe(asked.headers['content-type']);
    expect(head.body).toBe('');
  });

  it('of a stream tells that there is one, and opens none', async () => {
    const { hub, port } = await openDoors();
    for (const path of ['/events', '/events?view=tree', '/events?view=actor&path=/a', '/events?run=r']) {
      const head = await get(port, path, { method: 'HEAD', headers: bearer });
      expect(head).toMatchObject({ status: 200, body: '' });
      expect(head.headers['content-type']).toContain('text/event-stream');
    }
    expect(hub.size).toBe(0);
  });

  it('of a stream that is over is answered with 204', async () => {
    const host = new FakeHost('gone');
    host.emit({ type: 'run.paused', data: { run: 'r' } });
    const { port } = await openDoors({ host });
    const headers = { ...bearer, 'last-event-id': '1' };
    expect((await get(port, '/events', { method: 'HEAD', headers })).status).toBe(204);
  });

  it('leaves the connection good for the next question', async () => {
    const { port } = await openDoors();
    const ask = (line: string, more = '') =>
      `${line} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${TOKEN}\r\n${more}\r\n`;
    const heard = await talk(
      port,
      ask('HEAD /events') + ask('HEAD /api/tree') + ask('GET /healthz', 'connection: close\r\n'),
    );
    expect(heard.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect(heard.endsWith('ok\n')).toBe(true);
  });
});

describe('a method that is not answered', () => {
  const METHODS = ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];

  it.each(METHODS)('is told which are: %s', async (method) => {
    const { port } = await openDoors({ control: true });
    for (const path of [...ROUTES, '/events']) {
      const refused = await get(port, path, { method, headers: bearer });
      expect(refused).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    }
  });

  it.each(['GET', 'HEAD', 'PUT', 'OPTIONS'])('is told that a control is a POST: %s', async (method) => {
    const { port } = await openDoors({ control: true });
    const refused = await get(port, '/api/control', { method, headers: bearer });
    expect(refused).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('is every method of control where it is not allowed', async () => {
    const { port } = await openDoors();
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const refused = await get(port, '/api/control', { method, headers: bearer });
      expect(refused).toMatchObject({ status: 405, headers: { allow: '' } });
      expect(refused.body).toContain('started without control');
    }
  });
});
