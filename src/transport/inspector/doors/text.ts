import type { ServerMessage, WireEvent } from '../protocol/wire.js';

/** The JSON of events that several clients are told. */
const texts = new WeakMap<readonly WireEvent[], string>();

/** A message as JSON. Events are the bulk of it, and those that all clients are told are written down once. */
export function textOf(message: ServerMessage): string {
  if (message.type !== 'events') return JSON.stringify(message);
  const { events, ...rest } = message;
  const text = texts.get(events) ?? JSON.stringify(events);
  texts.set(events, text);
  return `${JSON.stringify(rest).slice(0, -1)},"events":${text}}`;
}
