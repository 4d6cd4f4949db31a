import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface AccessOptions {
  readonly token: string;
  /** Names by which the inspector may be called beside those of this machine itself: `host` or `host:port`. */
  readonly hosts: readonly string[];
  /** The name of the cookie that carries the token. */
  readonly cookie: string;
}

/** Why a request is turned away; null when it may pass. */
export type Denial = { readonly status: 401 | 403; readonly message: string } | null;

const OWN_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Who may pass: a request that calls this machine by its own name (another name may have been bound to this address to
 * get past a browser's rules), that no foreign page has sent, and that has the token.
 */
export class Access {
  readonly #options: AccessOptions;
  readonly #token: Buffer;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#token = digest(options.token);
  }

  /** Without a token: what tells nothing may be asked by anybody who calls this machine by its name. */
  judgeName(request: IncomingMessage): Denial {
    const { host = '' } = request.headers;
    if (!this.#isOwnName(host)) return { status: 403, message: 'this inspector is not known by that name' };
    const { origin } = request.headers;
    if (origin === undefined || this.#isOwnOrigin(origin, host)) return null;
    return { status: 403, message: 'another page may not use this inspector' };
  }

  judge(request: IncomingMessage, url: URL): Denial {
    const denial = this.judgeName(request);
    if (denial) return denial;
    if (this.offered(request, url).some((token) => this.#fits(token))) return null;
    return { status: 401, message: 'the token is missing or wrong; the address with it was printed at the start' };
  }

  /** The tokens that a request brings: in its address, its `Authorization` header, its cookie. */
  offered({ headers }: IncomingMessage, url: URL): string[] {
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    const cookie = cookieOf(headers.cookie ?? '', this.#options.cookie);
    return [url.searchParams.get('token'), bearer, cookie].filter((token) => typeof token === 'string');
  }

  #fits(token: string): boolean {
    // Digests are of one length, so that the comparison takes one time.
    return timingSafeEqual(digest(token), this.#token);
  }

  #isOwnName(host: string): boolean {
    const name = host.replace(/:\d+$/, '').toLowerCase();
    return OWN_NAMES.includes(name) || this.#options.hosts.includes(host) || this.#options.hosts.includes(name);
  }

  /** A page of ours has our name and port; what a sandbox sends (`null`) is nobody's. */
  #isOwnOrigin(origin: string, host: string): boolean {
    return origin === `http://${host}` || origin === `https://${host}`;
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return decode(pair.slice(at + 1).trim());
  }
  return undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // It was not we who set it.
    return undefined;
  }
}
