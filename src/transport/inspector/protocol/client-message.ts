import { z } from 'zod';
import { ask, control } from './request.js';
import { position, view } from './view.js';

/** Chosen by the client: of a subscription, or of a request. */
const id = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Everything a client says. One JSON object per frame. */
export const clientMessage = z.discriminatedUnion('type', [
  /** Begins a subscription; with `resume`, after what the client has already. An id in use is replaced. */
  z.object({ type: z.literal('subscribe'), id, view, resume: position.exactOptional() }),
  z.object({ type: z.literal('unsubscribe'), id }),
  /** Answered by `answer` or `refused` with the same id. */
  z.object({ type: z.literal('request'), id, ask }),
  /** Answered likewise; `refused` with `read_only` unless the server allows control. */
  z.object({ type: z.literal('control'), id, control }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;
