import { WebSocket } from 'ws';
import type { ConnectOptions, InspectorClient } from './api.js';
import { connect as connectWith } from './connect.js';

/** As `connect` of `espalier/client`; Node 20 has no WebSocket of its own, so this brings one. */
export function connect(options: ConnectOptions): InspectorClient {
  return connectWith({ socket: (url) => new WebSocket(url), ...options });
}
