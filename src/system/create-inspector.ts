import { type Inspector, type InspectorOptions, makeInspector } from '../inspection/inspector.js';
import type { InspectedHost } from '../transport/inspector/inspected-host.js';

/** What has something to inspect: a system. */
export interface Inspectable {
  readonly inspected: InspectedHost;
}

/**
 * The inspector of a system, to be mounted in a server of yours. It answers what is below its `base`; whoever may reach
 * your server still needs the token.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit
 * @example
 * import { createServer } from 'node:http';
 * import { createInspector } from 'espalier';
 * const inspector = createInspector(system, { base: '/inspector', hosts: ['ops.example.org'] });
 * const server = createServer((request, response) => inspector.handle(request, response) || response.end('yours'));
 * server.on('upgrade', (request, socket, head) => inspector.upgrade(request, socket, head) || socket.destroy());
 */
export function createInspector(system: Inspectable, options: InspectorOptions = {}): Inspector {
  return makeInspector(system.inspected, options);
}
