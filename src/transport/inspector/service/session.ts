import { toErrorRecord } from '../../../errors.js';
import type { Feed } from '../feeds/feed.js';
import type { Refused } from '../inspected-host.js';
import { LIMITS } from '../limits.js';
import {
  type Answer,
  type ClientMessage,
  clientMessage,
  type Position,
  type Refusal,
  type ServerMessage,
  type View,
} from '../protocol/wire.js';
import type { Answers } from './answers.js';
import type { Sink } from './sink.js';

export interface SessionParts {
  readonly sink: Sink;
  readonly answers: Answers;
  now(): number;
  /** The newest event. */
  seq(): number;
  feed(id: number, view: View, resume: Position | null): Feed;
  /** Something may be new for this client. */
  wake(): void;
  onClose(): void;
}

interface Subscription {
  readonly view: View;
  readonly feed: Feed;
  /** Whether its next message is being read. */
  isReading: boolean;
}

/** One client: what it looks at, what it asks, and what is on its way to it. */
export class Session {
  readonly #parts: SessionParts;
  readonly #subscriptions = new Map<number, Subscription>();
  #requests = 0;
  #isClosed = false;
  #hasMore = false;
  #saidAt: number;
  #digestAt: number;
  #fullSince: number | null = null;
  #heard = { second: 0, messages: 0 };

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#saidAt = parts.now();
    this.#digestAt = this.#saidAt;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What it looks at. */
  *views(): IterableIterator<readonly [id: number, view: View]> {
    for (const [id, { view }] of this.#subscriptions) yield [id, view];
  }

  /** Whether it is passed over, because so much is on its way to it already. */
  get isFull(): boolean {
    return this.#parts.sink.backlog() > LIMITS.backlog;
  }

  /** Whether something new was left over, so that another round is needed. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Whether its trees are to be checked; asked once per digest. */
  isDigestDue(): boolean {
    const now = this.#parts.now();
    if (now - this.#digestAt < LIMITS.digestMs || this.isFull) return false;
    this.#digestAt = now;
    return true;
  }

  /** Called now and then: breaks a silence, and lets go of a client that takes nothing any more. */
  stayAlive(): void {
    const now = this.#parts.now();
    if (!this.isFull) this.#fullSince = null;
    else this.#fullSince ??= now;
    if (this.#fullSince !== null && now - this.#fullSince > LIMITS.stalledMs) return this.close('too slow');
    if (!this.isFull && now - this.#saidAt >= LIMITS.aliveMs)
      this.say({ type: 'alive', at: now, seq: this.#parts.seq() });
  }

  say(message: ServerMessage): void {
    if (this.#isClosed) return;
    this.#saidAt = this.#parts.now();
    this.#parts.sink.send(message);
  }

  /** Says what is new, as far as the client can take it. */
  frame(): void {
    // The connection itself ends only when everything before its end has been read, which may be never.
    if (this.#parts.sink.isLeft()) return this.close('gone');
    this.#hasMore = this.isFull;
    for (const [id, subscription] of this.#subscriptions) {
      if (this.#isClosed || this.isFull) return;
      if (subscription.isReading) continue;
      const next = subscription.feed.next();
      if (next instanceof Promise) void this.#sayLater(id, subscription, next);
      else this.#sayAll(next);
    }
  }

  /** Whoever had something new may have more. */
  #sayAll(messages: readonly ServerMessage[] | null): void {
    if (messages === null) return;
    this.#hasMore = true;
    for (const message of messages) this.say(message);
  }

  /** What the client said: any text. */
  receive(text: string): void {
    if (this.#isClosed) return;
    if (!this.#mayTalk()) return this.close('too many messages');
    const message = parse(text);
    if (message === null) return this.#refuse(null, 'invalid', 'this is no message of the protocol');
    this.#do(message);
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { feed } of this.#subscriptions.values()) feed.close();
    this.#subscriptions.clear();
    this.#parts.sink.end(reason);
    this.#parts.onClose();
  }

  subscribe(id: number, view: View, resume: Position | null): void {
    this.unsubscribe(id);
    if (this.#subscriptions.size >= LIMITS.subscriptions) {
      return this.#refuse(id, 'busy', `a client looks at ${LIMITS.subscriptions} views at most`);
    }
    this.#subscriptions.set(id, { view, feed: this.#parts.feed(id, view, resume), isReading: false });
    this.#parts.wake();
  }

  #do(message: ClientMessage): void {
    switch (message.type) {
      case 'subscribe':
        return this.subscribe(message.id, message.view, message.resume ?? null);
      case 'unsubscribe':
        return this.unsubscribe(message.id);
      case 'request':
        return this.#answer(message.id, () => this.#parts.answers.ask(message.ask));
      case 'control':
        return this.#answer(message.id, () => this.#parts.answers.control(message.control));
      default:
        message satisfies never;
    }
  }

  unsubscribe(id: number): void {
    this.#subscriptions.get(id)?.feed.close();
    this.#subscriptions.delete(id);
  }

  async #sayLater(
    id: number,
    subscription: Subscription,
    next: Promise<readonly ServerMessage[] | null>,
  ): Promise<void> {
    subscription.isReading = true;
    try {
      const messages = await next;
      // It may have been let go, or replaced, meanwhile.
      if (this.#subscriptions.get(id) !== subscription) return;
      this.#sayAll(messages);
    } catch (error) {
      this.#refuse(id, 'failed', toErrorRecord(error).message);
      this.unsubscribe(id);
    } finally {
      subscription.isReading = false;
      this.#parts.wake();
    }
  }

  #answer(id: number, act: () => Promise<Answer | Refused>): void {
    if (this.#requests >= LIMITS.requests) return this.#refuse(id, 'busy', 'too many requests are open');
    // Answers may be large, and whoever asks without reading would pile them up.
    if (this.isFull) return this.#refuse(id, 'busy', 'read what was answered before');
    this.#requests += 1;
    const settle = (answer: Answer | Refused) => {
      this.#requests -= 1;
      if ('refused' in answer) this.#refuse(id, answer.refused, answer.message);
      else this.say({ type: 'answer', id, answer });
    };
    act().then(settle, (error) => settle({ refused: 'failed', message: toErrorRecord(error).message }));
  }

  #refuse(id: number | null, code: Refusal, message: string): void {
    this.say({ type: 'refused', id, code, message });
  }

  #mayTalk(): boolean {
    const second = Math.floor(this.#parts.now() / 1000);
    if (this.#heard.second !== second) this.#heard = { second, messages: 0 };
    this.#heard.messages += 1;
    return this.#heard.messages <= LIMITS.messagesPerSecond;
  }
}

function parse(text: string): ClientMessage | null {
  try {
    const found = clientMessage.safeParse(JSON.parse(text));
    return found.success ? found.data : null;
  } catch {
    // Text that is no JSON is no message either.
    return null;
  }
}
