import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { checkOptions, fields, flag, kind, listOf, type Rule, type Rules, required, whole } from '../options.js';
import { createRedactor, type RedactOptions } from '../redact/redactor.js';
import { Doors } from '../transport/inspector/doors/doors.js';
import { DoorServer } from '../transport/inspector/doors/server.js';
import type { InspectedHost } from '../transport/inspector/inspected-host.js';
import { Hub } from '../transport/inspector/service/hub.js';

export interface InspectorOptions {
  /** What clients must show; random by default, at least 16 characters. */
  readonly token?: string;
  /** Whether clients may stop, kill and restart actors and pause runs (false). */
  readonly control?: boolean;
  /** What is secret beside the usual. */
  readonly redact?: RedactOptions;
  /** Names by which browsers may call it, beside those of the loopback address: `host` or `host:port`. */
  readonly hosts?: readonly string[];
  /** Where it is mounted in another server, such as `/inspector`. */
  readonly base?: string;
}

export interface InspectorServerOptions extends Omit<InspectorOptions, 'base'> {
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
}

/** An inspector without a server of its own, to be mounted in another. */
export interface Inspector {
  readonly token: string;
  /** False when the request is for another part of the server. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** False when the connection is for another part of the server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Tells everybody that nothing follows. */
  close(reason?: 'stopped' | 'dead'): Promise<void>;
}

/** An inspector with a server of its own. */
export interface InspectorServer extends Inspector {
  readonly port: number;
  /** Tells everybody that nothing follows, and answers whoever asks from then on that it has ended. */
  end(): Promise<void>;
  /** The address of the page, with the token: whoever has it may look. */
  readonly url: string;
}

const PAGE = fileURLToPath(new URL('../inspector/', import.meta.url));

const SHORTEST_TOKEN = 16;

/** What its own server asks besides. */
interface MadeInspector extends Inspector {
  admits(request: IncomingMessage): boolean;
}

/** Makes the inspector of a host. @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function makeInspector(host: InspectedHost, options: InspectorOptions = {}): MadeInspector {
  checkOptions('inspector', options, mountedRule);
  return madeInspector(host, options);
}

function madeInspector(host: InspectedHost, options: InspectorOptions): MadeInspector {
  const { token = randomBytes(24).toString('base64url'), control = false, hosts = [], base = '' } = options;
  // The token opens every door, so it comes out of none.
  const redact = { ...options.redact, values: [token, ...(options.redact?.values ?? [])] };
  // A command that is registered with the bare value of such a name has lost what tells of it.
  host.conceal(redact.keys ?? []);
  const redactor = createRedactor(redact, process.env);
  const onFault = (error: unknown) =>
    process.emitWarning(error instanceof Error ? error : String(error), 'EspalierWarning');
  const hub = new Hub({ host, redactor, control, onFault });
  const doors = new Doors({ hub, token, hosts, base, page: PAGE });
  return {
    token,
    admits: (request) => doors.admits(request),
    handle: (request, response) => doors.handle(request, response),
    upgrade: (request, socket, head) => doors.upgrade(request, socket, head),
    close: (reason = 'stopped') => hub.close(reason),
  };
}

/** Makes the inspector of a host and serves it on 127.0.0.1. @throws EspalierError `ESP_CONFLICT` when the port is taken */
export async function serveInspector(host: InspectedHost, options: InspectorServerOptions): Promise<InspectorServer> {
  checkOptions('inspector', options, inspectorRule);
  const { admits, ...inspector } = madeInspector(host, options);
  const server = await DoorServer.listen({ ...inspector, admits }, options.port);
  server.unref();
  return {
    ...inspector,
    port: server.port,
    url: `http://127.0.0.1:${server.port}/?token=${encodeURIComponent(inspector.token)}`,
    end: async () => {
      server.letGo();
      await inspector.close();
    },
    close: async (reason) => {
      await inspector.close(reason);
      await server.close();
    },
  };
}

const texts = listOf(
  kind('text', (value) => typeof value === 'string'),
  'a list of texts',
);
const pattern = kind('a regular expression', (value) => value instanceof RegExp);

const sharedRules = {
  // It is not shown: most of a secret is a secret.
  token: (value: unknown, place: string) => {
    if (value === undefined || (typeof value === 'string' && value.length >= SHORTEST_TOKEN)) return undefined;
    return `${place} must be text of at least ${SHORTEST_TOKEN} characters`;
  },
  control: flag,
  redact: fields<RedactOptions>({
    keys: listOf(kind('text or a regular expression', (value) => typeof value === 'string' || value instanceof RegExp)),
    patterns: listOf(pattern, 'a list of regular expressions'),
    values: texts,
  }),
  hosts: texts,
} satisfies Partial<Rules<InspectorOptions>>;

const mountedRule = fields<InspectorOptions>({
  ...sharedRules,
  base: kind("a path such as '/inspector'", (value) => value === '' || /^(\/[\w.-]+)+$/.test(String(value))),
});

/** For each option of a served inspector what it takes. */
export const inspectorRules: Rules<InspectorServerOptions> = { ...sharedRules, port: required(whole(0, 65_535)) };

/** What keeps the options of a served inspector from being used. */
export const inspectorRule: Rule = fields(inspectorRules);
