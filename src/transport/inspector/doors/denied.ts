import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Denial } from './access.js';
import { HEADERS } from './reply.js';

/** Whether a person is turned away, who is told in another way than a program. */
export function isPerson({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && /(^|[\s,])text\/html\b/.test(headers.accept ?? '');
}

/** Turns a person away. The page loads nothing and tells nothing of the system. */
export function refusePerson(response: ServerResponse, { status, message }: NonNullable<Denial>): void {
  const why = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  const body = PAGE.replace('{why}', why);
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
  response.writeHead(status, {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'content-security-policy': policy,
  });
  response.end(body);
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Not allowed in · Espalier</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --paper: #f6f7f4; --ink: #1a1f1b; --ink-2: #48514a; --bad: #b2231c; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #111412; --ink: #e7ece7; --ink-2: #b0bab2; --bad: #ff8279; }
  }
  body { display: grid; min-height: 100vh; margin: 0; place-items: center; background: var(--paper); color: var(--ink);
    font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
  main { max-width: 44ch; padding: 24px; border-left: 3px solid var(--bad); }
  h1 { margin: 0 0 8px; font-size: 19px; }
  p { margin: 0 0 8px; color: var(--ink-2); }
</style>
<main>
  <h1>Not allowed in</h1>
  <p>{why}</p>
</main>
</html>
`;
