import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { toErrorRecord } from '../../../errors.js';
import { LIMITS } from '../limits.js';
import type { Hub } from '../service/hub.js';
import { Access, type Denial } from './access.js';
import { serveApi, serveControl } from './api.js';
import { isPerson, refusePerson } from './denied.js';
import { serveEvents } from './event-stream.js';
import { PageFiles } from './files.js';
import { metricsText } from './metrics.js';
import { HEADERS, refuse, reply } from './reply.js';
import { WebSocketDoor } from './web-socket.js';

export interface DoorsOptions {
  readonly hub: Hub;
  readonly token: string;
  /** Further names by which it may be called. */
  readonly hosts: readonly string[];
  /** The folder of the built page. */
  readonly page: string;
  /** Where it is mounted, such as `/inspector`; empty for the root. */
  readonly base: string;
}

/** Every way in: each request is judged here, and nowhere else. */
export class Doors {
  readonly #options: DoorsOptions;
  readonly #access: Access;
  readonly #cookie: string;
  readonly #files: PageFiles;
  readonly #webSocket: WebSocketDoor;

  constructor(options: DoorsOptions) {
    const { hub, token, hosts, page } = options;
    this.#options = options;
    // Cookies know no ports: two inspectors of one machine would take each other's.
    this.#cookie = `espalier_${hub.options.host.runId.replace(/\W/g, '')}`;
    this.#access = new Access({ token, hosts, cookie: this.#cookie });
    this.#files = new PageFiles(page);
    this.#webSocket = new WebSocketDoor(hub);
  }

  /** Whether whoever asks may look: a server holds its connection then among those it knows. */
  admits(request: IncomingMessage): boolean {
    const url = this.#url(request);
    return url !== null && this.#access.judge(request, url) === null;
  }

  /** Answers a request. False, and nothing answered, when it is for another part of the server that this is mounted in. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = this.#url(request);
    if (url === null) return false;
    this.#serve(request, response, url).catch((error) => {
      if (response.headersSent) return void response.destroy();
      const { code, message } = toErrorRecord(error);
      if (code === 'ESP_STOPPED') refuse(response, 503, 'ended', message);
      else refuse(response, 500, 'failed', message);
    });
    return true;
  }

  /** Takes over a connection that is to become a WebSocket; false when it is for another part of the server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const url = this.#url(request);
    if (url === null) return false;
    socket.on('error', () => socket.destroy());
    const denial = this.#access.judge(request, url);
    if (denial) turnAway(socket, denial);
    else if (this.#name(url) === '/ws') this.#webSocket.upgrade(request, socket, head, 'espalier');
    else if (this.#name(url) === '/stately') this.#webSocket.upgrade(request, socket, head, 'stately');
    else turnAway(socket, { status: 404, message: 'there is no WebSocket here' });
    return true;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const name = this.#name(url);
    const denial = name === '/healthz' ? this.#access.judgeName(request) : this.#access.judge(request, url);
    if (denial && isPerson(request)) return refusePerson(response, denial);
    if (denial) return refuse(response, denial.status, 'denied', denial.message);
    const { hub } = this.#options;
    const { method = '' } = request;
    const allowed = this.#methods(name);
    if (!allowed.includes(method)) {
      response.setHeader('allow', allowed.join(', '));
      return refuse(response, 405, 'read_only', whyNot(name, method, allowed));
    }
    if (name === CONTROL) return await serveControl(hub, request, response);
    if (name === '/healthz') return serveHealth(hub, response);
    if (name === '/metrics') return await this.#metrics(response);
    if (name === '/events') return await serveEvents(hub, request, response, url);
    if (name.startsWith('/api/') && (await serveApi(hub, name.slice('/api/'.length), url, response))) return;
    this.#page(name, url, response);
  }

  /** The methods that are answered at a name. */
  #methods(name: string): readonly string[] {
    if (name !== CONTROL) return ['GET', 'HEAD'];
    return this.#options.hub.answers.isControlled ? ['POST'] : [];
  }

  async #metrics(response: ServerResponse): Promise<void> {
    const { hub } = this.#options;
    const text = await hub.use(() => metricsText(hub));
    reply(response, 200, 'text/plain; version=0.0.4; charset=utf-8', text);
  }

  /** A page that was opened with the token keeps it in a cookie that no script can read, and its address without it. */
  #page(name: string, url: URL, response: ServerResponse): void {
    const token = url.searchParams.get('token');
    if (name === '/' && token !== null) {
      const path = this.#options.base === '' ? '/' : this.#options.base;
      const cookie = `${this.#cookie}=${encodeURIComponent(token)}; Path=${path}; HttpOnly; SameSite=Strict`;
      url.searchParams.delete('token');
      response
        .writeHead(302, { ...HEADERS, 'set-cookie': cookie, location: `${this.#options.base}/${url.search}` })
        .end();
      return;
    }
    if (!this.#files.serve(name, response)) refuse(response, 404, 'not_found', 'there is nothing of that name');
  }

  /** Null for an address outside of where this is mounted, or for none at all. */
  #url(request: IncomingMessage): URL | null {
    const { base } = this.#options;
    const target = request.url ?? '/';
    // Put together, not resolved: `//name` would be the address of another machine.
    const address = `http://inspector${target}`;
    if (!target.startsWith('/') || !URL.canParse(address)) return base === '' ? NOWHERE : null;
    const url = new URL(address);
    return url.pathname === base || url.pathname.startsWith(`${base}/`) ? url : null;
  }

  #name({ pathname }: URL): string {
    return pathname.slice(this.#options.base.length) || '/';
  }
}

const CONTROL = '/api/control';

function whyNot(name: string, method: string, allowed: readonly string[]): string {
  if (name === CONTROL && allowed.length === 0) return 'this inspector only shows: it was started without control';
  return `${method} is not answered here, only ${allowed.join(' and ')}`;
}

/** For whoever watches over the process: a system that has ended is not well, although its process still answers. */
function serveHealth({ options: { host } }: Hub, response: ServerResponse): void {
  const [status, text] = host.hasEnded() ? [503, 'ended\n'] : [200, 'ok\n'];
  reply(response, status, 'text/plain; charset=utf-8', text);
}

const NOWHERE = new URL('http://inspector/nowhere');

function turnAway(
  socket: Duplex,
  { status, message }: { status: NonNullable<Denial>['status'] | 404; message: string },
): void {
  const body = `${message}\n`;
  const head = [`HTTP/1.1 ${status} Refused`, 'connection: close', 'content-type: text/plain; charset=utf-8'];
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  // Whoever does not close its end of it is not waited for.
  const timer = setTimeout(() => socket.destroy(), LIMITS.closeMs).unref();
  socket.once('close', () => clearTimeout(timer));
}
