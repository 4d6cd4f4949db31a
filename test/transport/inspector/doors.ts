import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createRedactor } from '../../../src/redact/redactor.js';
import { Doors } from '../../../src/transport/inspector/doors/doors.js';
import { DoorServer } from '../../../src/transport/inspector/doors/server.js';
import { Hub } from '../../../src/transport/inspector/service/hub.js';
import { FakeHost } from './fake-host.js';

export const TOKEN = 'the-right-token-of-this-test';

/** A folder with a page, and a secret beside it that no door may serve. */
function pageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.html'), 'TOP SECRET');
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'page', 'assets', 'main-12345678.js'), 'export {};');
  return join(folder, 'page');
}

interface DoorsForTest {
  readonly control?: boolean;
  readonly host?: FakeHost;
  readonly base?: string;
  readonly token?: string;
  /** The folder of the page. */
  readonly page?: string;
  readonly port?: number;
}

/** An inspector of a fake host behind real doors. */
export async function openDoors(options: DoorsForTest = {}) {
  const { control = false, host = new FakeHost(), base = '', token = TOKEN, page = pageFolder(), port = 0 } = options;
  const faults: unknown[] = [];
  const redactor = createRedactor({ values: [token] });
  const hub = new Hub({ host, redactor, control, onFault: (error) => faults.push(error) });
  const doors = new Doors({ hub, token, hosts: [], page, base });
  const server = await DoorServer.listen(doors, port);
  onTestFinished(async () => {
    await hub.close('stopped');
    await server.close();
  });
  return { host, hub, faults, doors, port: server.port, server };
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One request, with exactly the target and the headers that are given. */
export function get(
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The status with which a WebSocket is refused, or 101. */
export function knock(port: number, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('error', () => undefined);
  });
}

/** An open WebSocket that keeps what it hears: of a port, or of the address of a Unix socket. */
export async function listen(
  at: number | string,
): Promise<{ socket: WebSocket; heard: Record<string, unknown>[]; closed: Promise<number>; reason: () => string }> {
  const address = typeof at === 'number' ? `ws://127.0.0.1:${at}` : `ws+unix:${at}:`;
  const socket = new WebSocket(`${address}/ws?token=${TOKEN}`);
  const heard: Record<string, unknown>[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(data.toString())));
  socket.on('error', () => undefined);
  let why = '';
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code, reason) => {
      why = reason.toString();
      resolve(code);
    });
  });
  await new Promise((resolve) => socket.on('open', resolve));
  onTestFinished(() => socket.terminate());
  return { socket, heard, closed, reason: () => why };
}
