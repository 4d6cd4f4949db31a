import { EspalierError } from '../../errors.js';
import { TransientMap } from '../../transient-map.js';
import { fromWire } from '../thread/wire-error.js';
import type { Outcome } from './group.js';
import type { SentCall } from './messages.js';

/** Operations in one transaction at most; a longer group would keep other hosts from the lock. */
export const GROUP_LIMIT = 512;
/** Bytes of payload after which a transaction takes no further operation. */
export const GROUP_BYTES = 8 * 1024 * 1024;
/** Operations that may wait; past it they are refused. Only a program that awaits nothing it writes comes near. */
export const WAITING_LIMIT = 100_000;

interface Waiting {
  call: SentCall;
  readonly bytes: number;
  readonly key: string | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly promise: Promise<unknown>;
}

/** Calls on their way to the writer thread: those that wait, in order, and the group that is with the thread. */
export class WaitingCalls {
  #waiting: Waiting[] = [];
  #group: readonly Waiting[] = [];
  readonly #replaceable = new TransientMap<string, Waiting>();

  /** Whether a group is with the thread. */
  get busy(): boolean {
    return this.#group.length > 0;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  add(call: SentCall, bytes: number, key: string | null): Promise<unknown> {
    const earlier = key === null ? undefined : this.#replaceable.get(key);
    if (earlier !== undefined) {
      earlier.call = call;
      return earlier.promise;
    }
    if (this.#waiting.length >= WAITING_LIMIT) return Promise.reject(tooMany());
    const waiting = waitingCall(call, bytes, key);
    this.#waiting.push(waiting);
    if (key !== null) this.#replaceable.set(key, waiting);
    return waiting.promise;
  }

  seal(key: string): void {
    this.#replaceable.delete(key);
  }

  /** The next group; it is with the thread until it is settled. */
  take(): readonly SentCall[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      if (count >= GROUP_LIMIT || bytes >= GROUP_BYTES) break;
      count += 1;
      bytes += waiting.bytes;
      if (waiting.key !== null && this.#replaceable.get(waiting.key) === waiting) this.seal(waiting.key);
    }
    this.#group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return this.#group.map(({ call }) => call);
  }

  settle(outcomes: readonly Outcome[]): void {
    const group = this.#group;
    this.#group = [];
    for (const [index, waiting] of group.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) waiting.resolve(outcome.value);
      else waiting.reject(outcome === undefined ? new Error('the writer gave no answer') : fromWire(outcome.error));
    }
  }

  /** The group could not be handed over: its calls that cannot be copied are refused, the others wait again. */
  putBack(cause: unknown): void {
    const group = this.#group;
    this.#group = [];
    const sound = group.filter((waiting) => isCopyable(waiting.call));
    // A group that fails although each call could be copied would come back for ever.
    const refused = sound.length === group.length ? group : group.filter((waiting) => !sound.includes(waiting));
    for (const waiting of refused) waiting.reject(notCopyable(waiting.call, cause));
    if (sound.length < group.length) this.#waiting.unshift(...sound);
  }

  /** Resolves when everything that was added so far is settled. */
  async settled(): Promise<void> {
    const last = this.#waiting.at(-1) ?? this.#group.at(-1);
    if (last !== undefined) await Promise.allSettled([last.promise]);
  }

  abandon(error: Error): void {
    const all = [...this.#group, ...this.#waiting];
    this.#group = [];
    this.#waiting = [];
    this.#replaceable.clear();
    for (const waiting of all) waiting.reject(error);
  }
}

function waitingCall(call: SentCall, bytes: number, key: string | null): Waiting {
  let resolve: Waiting['resolve'] = () => undefined;
  let reject: Waiting['reject'] = () => undefined;
  const promise = new Promise<unknown>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { call, bytes, key, resolve, reject, promise };
}

function isCopyable(call: SentCall): boolean {
  try {
    structuredClone(call);
    return true;
  } catch {
    return false;
  }
}

function tooMany(): EspalierError {
  return new EspalierError(
    'ESP_QUEUE_FULL',
    `${WAITING_LIMIT} writes to the store are waiting: await some of them before more are made`,
  );
}

function notCopyable(call: SentCall, cause: unknown): EspalierError {
  return new EspalierError('ESP_INVALID', `${call.name} was given something that is not plain data: ${String(cause)}`, {
    cause,
  });
}
