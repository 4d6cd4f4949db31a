import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { HEADERS } from './reply.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};

/** The page may load what is its own, talk to its own server, and be framed by nobody. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The page's files. Their names are listed once; a request is looked up in that list and never becomes a path, so none
 * leads out of the folder.
 */
export class PageFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, string> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** False when there is no such file. */
  serve(name: string, response: ServerResponse): boolean {
    this.#files ??= listFiles(this.#folder);
    const file = this.#files.get(name === '/' ? '/index.html' : name);
    const type = file && TYPES[extname(file)];
    if (!file || !type) return false;
    const body = readFileSync(file);
    // Built files carry their content's digest in their name; the page itself does not.
    const isFixed = /-[\w-]{8}\.\w+$/.test(file);
    const caching = isFixed ? 'private, max-age=31536000, immutable' : 'no-store';
    response.writeHead(200, {
      ...HEADERS,
      'content-type': type,
      'content-length': body.length,
      'cache-control': caching,
      'content-security-policy': POLICY,
    });
    response.end(response.req.method === 'HEAD' ? undefined : body);
    return true;
  }
}

function listFiles(folder: string): ReadonlyMap<string, string> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map((entry) => join(entry.parentPath, entry.name));
    return new Map(paths.map((path) => [`/${relative(folder, path).split(sep).join('/')}`, path]));
  } catch {
    // A build without its page answers everything else.
    return new Map();
  }
}
