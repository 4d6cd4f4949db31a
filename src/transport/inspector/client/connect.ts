import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import { checkOptions, fields, func, kind, required } from '../../../options.js';
import type { ConnectOptions, InspectorClient } from './api.js';
import { Client } from './client.js';
import { platformSocket, socketUrl } from './socket.js';

const rule = fields<ConnectOptions>({
  url: required(
    kind("an address, such as 'http://127.0.0.1:4100'", (value) => typeof value === 'string' && URL.canParse(value)),
  ),
  // It opens every door: it is not shown.
  token: (value, place) => (value === undefined || typeof value === 'string' ? undefined : `${place} must be text`),
  socket: func,
});

/**
 * Connects to an inspector. It connects again by itself, as long as it is not closed and the server has not said that
 * nothing follows; each view then goes on where it was.
 *
 * @throws EspalierError `ESP_PLATFORM` where there is no WebSocket (a browser or Node has one, from 22 on; in Node 20 the
 * package brings its own); `ESP_INVALID` for an address that is none
 * @example
 * import { connect } from 'espalier/client';
 * const client = connect({ url: 'http://127.0.0.1:4100', token });
 * const tree = client.view({ type: 'tree' });
 * tree.subscribe(({ actors }) => console.log(actors.size, 'actors'));
 */
export function connect(options: ConnectOptions): InspectorClient {
  checkOptions('connect', options, rule);
  const { url, token, socket } = options;
  const open = socket ?? platformSocket();
  if (!open) throw new EspalierError('ESP_PLATFORM', 'this platform has no WebSocket: hand in `socket`');
  // A page with a content security policy may not compile code, and even the attempt is reported there.
  if ('document' in globalThis) z.config({ jitless: true });
  return new Client(socketUrl(url, token), open);
}
